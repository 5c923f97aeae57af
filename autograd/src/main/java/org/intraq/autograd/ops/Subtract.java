package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y = a - b, equal shapes. */
public final class Subtract {
  private Subtract() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable a, Variable b) {
    Operands.sameShape("subtract", a.shape(), "b", b.shape());
    Tensor y = tape.empty(a.shape());
    var elementwise = tape.backend().elementwise();
    elementwise.linear(1f, a.value(), -1f, b.value(), y);
    return tape.record(
        "subtract",
        y,
        dy -> {
          if (b.requiresGrad()) {
            Tensor db = tape.empty(dy.shape());
            elementwise.linear(-1f, dy, 0f, dy, db);
            tape.accumulate(b, db);
          }
          tape.accumulate(a, dy);
        },
        a,
        b);
  }
}
