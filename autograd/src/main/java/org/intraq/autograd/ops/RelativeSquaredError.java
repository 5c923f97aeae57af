package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * y [1] = sum of (x - target)^2 / power, with a constant target of the same shape: with the sum of
 * target^2 as power, the error as a share of it, whatever the scale of the two.
 */
public final class RelativeSquaredError {
  private static final float SMALLEST_POWER = 1e-12f;

  private RelativeSquaredError() {}

  /**
   * Applies the operation.
   *
   * @param target of the tape, which nobody else reads: its memory is used for the difference, and
   *     then for the gradient
   * @param power by which the sum is divided; 1e-12 an element at least
   */
  public static Variable apply(Tape tape, Variable x, Tensor target, float power) {
    Operands.sameShape("relativeSquaredError", x.shape(), "target", target.shape());
    var backend = tape.backend();
    Tensor y = tape.empty(1);
    float divisor = Math.max(SMALLEST_POWER * target.size(), power);
    backend.elementwise().linear(1f, x.value(), -1f, target, target);
    backend.reduction().sumSquares(target, y);
    backend.elementwise().scaleShift(1f / divisor, y, 0f, y);
    if (!tape.isRecording() || !x.requiresGrad()) {
      tape.scope().release(target);
      return Variable.constant(y);
    }
    return tape.record(
        "relativeSquaredError",
        y,
        dy -> {
          Tensor factor = tape.empty(1);
          backend.elementwise().scaleShift(2f / divisor, dy, 0f, factor);
          Tensor each = target.reshape(target.size(), 1);
          backend.normalization().channelScale(each, factor, each);
          tape.scope().release(factor);
          tape.accumulate(x, target);
        },
        x);
  }
}
