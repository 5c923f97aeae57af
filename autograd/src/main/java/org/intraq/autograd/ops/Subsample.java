package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * The parameter-free shortcut of He et al. 2015 (option A): every stride-th sample, zero channels
 * around the kept ones.
 */
public final class Subsample {
  private Subsample() {}

  /**
   * x [N, H, W, C] to [N, ceil(H / stride), ceil(W / stride), channels], kept channels from {@code
   * padBefore} on.
   */
  public static Variable apply(Tape tape, Variable x, int stride, int channels, int padBefore) {
    int h = (x.value().extent(1) + stride - 1) / stride;
    int w = (x.value().extent(2) + stride - 1) / stride;
    Tensor y = tape.empty(x.value().extent(0), h, w, channels);
    var pooling = tape.backend().pooling();
    pooling.subsample(x.value(), stride, padBefore, y);
    return tape.record(
        "subsample",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          pooling.subsampleBackward(dy, stride, padBefore, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
