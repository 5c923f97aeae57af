package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * y = min(max(x, 0), cap): ReLU with an infinite cap, ReLU6 with 6. The gradient is zero at and
 * outside the borders.
 */
public final class Relu {
  private Relu() {}

  /** ReLU. */
  public static Variable apply(Tape tape, Variable x) {
    return apply(tape, x, Float.POSITIVE_INFINITY);
  }

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, float cap) {
    Tensor y = tape.empty(x.shape());
    var elementwise = tape.backend().elementwise();
    elementwise.relu(x.value(), cap, y);
    return tape.record(
        "relu",
        y,
        dy -> {
          Tensor dx = tape.inPlace(dy);
          elementwise.reluBackward(y, cap, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
