package org.intraq.autograd.ops;

import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y = min(max(a + b, 0), cap): the end of a residual block in one pass over memory. */
public final class AddRelu {
  private AddRelu() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable a, Variable b, float cap) {
    Operands.sameShape("addRelu", a.shape(), "b", b.shape());
    Tensor y = tape.empty(a.shape());
    var elementwise = tape.backend().elementwise();
    elementwise.addRelu(a.value(), b.value(), cap, y);
    return tape.record(
        "addRelu",
        y,
        dy -> {
          Tensor dx = tape.inPlace(dy);
          elementwise.reluBackward(y, cap, dy, dx);
          tape.accumulate(List.of(a, b), dx);
        },
        a,
        b);
  }
}
