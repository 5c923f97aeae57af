package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * A box of every image, resized (bilinear, half-pixel centres) and mirrored on demand;
 * differentiable in the images.
 */
public final class CropResizeFlip {
  private CropResizeFlip() {}

  /**
   * x [N, H, W, C] to [N, outH, outW, C]; boxes S32 [N, 4] hold top, left, height, width; flip S32
   * [N].
   */
  public static Variable apply(
      Tape tape, Variable x, Tensor boxes, Tensor flip, int outH, int outW) {
    Tensor y = tape.empty(x.value().extent(0), outH, outW, x.value().extent(3));
    var resample = tape.backend().resample();
    resample.cropResizeFlip(x.value(), boxes, flip, y);
    return tape.record(
        "cropResizeFlip",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          resample.cropResizeFlipBackward(dy, boxes, flip, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
