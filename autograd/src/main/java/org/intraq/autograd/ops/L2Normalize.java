package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y[r] = x[r] / max(|x[r]|, eps) for rows of x [R, C]. */
public final class L2Normalize {
  private L2Normalize() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, float eps) {
    Tensor y = tape.empty(x.shape());
    var loss = tape.backend().loss();
    loss.l2Normalize(x.value(), eps, y);
    return tape.record(
        "l2Normalize",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          loss.l2NormalizeBackward(x.value(), eps, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
