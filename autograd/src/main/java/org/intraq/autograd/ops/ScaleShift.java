package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y = alpha * x + shift with constants alpha and shift. */
public final class ScaleShift {
  private ScaleShift() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, float alpha, Variable x, float shift) {
    Tensor y = tape.empty(x.shape());
    var elementwise = tape.backend().elementwise();
    elementwise.scaleShift(alpha, x.value(), shift, y);
    return tape.record(
        "scaleShift",
        y,
        dy -> {
          Tensor dx = tape.inPlace(dy);
          elementwise.scaleShift(alpha, dy, 0f, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
