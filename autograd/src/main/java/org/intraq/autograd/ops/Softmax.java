package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** Row-wise softmax of x [R, C]. */
public final class Softmax {
  private Softmax() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x) {
    Tensor y = tape.empty(x.shape());
    var loss = tape.backend().loss();
    loss.softmax(x.value(), y);
    return tape.record(
        "softmax",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          loss.softmaxBackward(y, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
