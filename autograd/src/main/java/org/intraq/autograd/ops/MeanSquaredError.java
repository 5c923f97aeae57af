package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y [1] = mean of (x - target)^2 with a constant target of the same shape. */
public final class MeanSquaredError {
  private MeanSquaredError() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, Tensor target) {
    Operands.sameShape("meanSquaredError", x.shape(), "target", target.shape());
    Tensor difference = tape.empty(x.shape());
    Tensor y = tape.empty(1);
    var backend = tape.backend();
    float scale = 1f / x.value().size();
    backend.elementwise().linear(1f, x.value(), -1f, target, difference);
    backend.reduction().sumSquares(difference, y);
    backend.elementwise().scaleShift(scale, y, 0f, y);
    return tape.record(
        "meanSquaredError",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          // Not by way of the host, which would have to wait for the device.
          Tensor factor = tape.empty(1);
          backend.elementwise().scaleShift(2f * scale, dy, 0f, factor);
          int n = dx.size();
          backend.normalization().channelScale(difference.reshape(n, 1), factor, dx.reshape(n, 1));
          tape.accumulate(x, dx);
        },
        x);
  }
}
