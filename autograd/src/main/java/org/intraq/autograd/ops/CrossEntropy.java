package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** Cross-entropy of each row of x [R, C] with labels S32 [R], as a vector [R]. */
public final class CrossEntropy {
  private CrossEntropy() {}

  /** Applies the operation with label smoothing in [0, 1). */
  public static Variable apply(Tape tape, Variable x, Tensor labels, float smoothing) {
    Tensor y = tape.empty(x.value().extent(0));
    Tensor softmax = tape.empty(x.shape());
    var loss = tape.backend().loss();
    loss.crossEntropy(x.value(), labels, smoothing, y, softmax);
    return tape.record(
        "crossEntropy",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          loss.crossEntropyBackward(softmax, labels, smoothing, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
