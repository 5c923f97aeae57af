package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y[r] = x[r, labels[r]]. */
public final class Pick {
  private Pick() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, Tensor labels) {
    Tensor y = tape.empty(x.value().extent(0));
    var loss = tape.backend().loss();
    loss.pick(x.value(), labels, y);
    return tape.record(
        "pick",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          loss.pickBackward(labels, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
