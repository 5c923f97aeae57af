package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y = a * b element by element, equal shapes. */
public final class Multiply {
  private Multiply() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable a, Variable b) {
    Operands.sameShape("multiply", a.shape(), "b", b.shape());
    Tensor y = tape.empty(a.shape());
    var elementwise = tape.backend().elementwise();
    elementwise.multiply(a.value(), b.value(), y);
    return tape.record(
        "multiply",
        y,
        dy -> {
          if (a.requiresGrad()) {
            Tensor da = tape.empty(dy.shape());
            elementwise.multiply(dy, b.value(), da);
            tape.accumulate(a, da);
          }
          if (b.requiresGrad()) {
            Tensor db = tape.empty(dy.shape());
            elementwise.multiply(dy, a.value(), db);
            tape.accumulate(b, db);
          }
        },
        a,
        b);
  }
}
