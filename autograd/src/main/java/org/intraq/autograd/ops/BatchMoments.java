package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * The mean (row 0) and the biased variance (row 1) of each channel of x [.., C] as a variable [2,
 * C].
 */
public final class BatchMoments {
  private BatchMoments() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x) {
    int channels = x.value().extent(-1);
    Tensor moments = tape.empty(2, channels);
    Tensor mean = Rows.of(moments, 0);
    var normalization = tape.backend().normalization();
    normalization.batchMoments(x.value(), mean, Rows.of(moments, 1));
    return tape.record(
        "batchMoments",
        moments,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          normalization.batchMomentsBackward(x.value(), mean, Rows.of(dy, 0), Rows.of(dy, 1), dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
