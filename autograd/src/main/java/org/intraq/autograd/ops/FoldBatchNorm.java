package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * Evaluation-mode BatchNorm as an affine map: row 0 of the result [2, C] is gamma / sqrt(variance +
 * eps), row 1 is beta - mean * row 0.
 */
public final class FoldBatchNorm {
  private FoldBatchNorm() {}

  /** Applies the operation; {@code mean} and {@code variance} are constants. */
  public static Variable apply(
      Tape tape, Variable gamma, Variable beta, Tensor mean, Tensor variance, float eps) {
    Tensor y = tape.empty(2, gamma.value().size());
    var normalization = tape.backend().normalization();
    normalization.fold(
        gamma.value(), beta.value(), mean, variance, eps, Rows.of(y, 0), Rows.of(y, 1));
    return tape.record(
        "foldBatchNorm",
        y,
        dy -> {
          Tensor dGamma = tape.empty(gamma.shape());
          Tensor dBeta = tape.empty(beta.shape());
          normalization.foldBackward(
              Rows.of(dy, 0), Rows.of(dy, 1), mean, variance, eps, dGamma, dBeta);
          tape.accumulate(gamma, dGamma);
          tape.accumulate(beta, dBeta);
        },
        gamma,
        beta);
  }
}
