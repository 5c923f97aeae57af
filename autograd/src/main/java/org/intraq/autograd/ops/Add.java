package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y = a + b, equal shapes. */
public final class Add {
  private Add() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable a, Variable b) {
    Operands.sameShape("add", a.shape(), "b", b.shape());
    Tensor y = tape.empty(a.shape());
    tape.backend().elementwise().linear(1f, a.value(), 1f, b.value(), y);
    return tape.record(
        "add",
        y,
        dy -> {
          tape.accumulate(a, dy);
          tape.accumulate(b, dy);
        },
        a,
        b);
  }
}
