package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** Row-wise logarithm of the softmax of x [R, C]. */
public final class LogSoftmax {
  private LogSoftmax() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x) {
    Tensor y = tape.empty(x.shape());
    var loss = tape.backend().loss();
    loss.logSoftmax(x.value(), y);
    return tape.record(
        "logSoftmax",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          loss.logSoftmaxBackward(y, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
