package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * BatchNorm of x [.., C], in evaluation mode with running statistics or in training mode with those
 * of the batch.
 */
public final class BatchNorm {
  private BatchNorm() {}

  /**
   * Evaluation mode: y = (x - mean) / sqrt(variance + eps) * gamma + beta with constant statistics.
   */
  public static Variable evaluate(
      Tape tape,
      Variable x,
      Variable gamma,
      Variable beta,
      Tensor mean,
      Tensor variance,
      float eps) {
    Variable folded = FoldBatchNorm.apply(tape, gamma, beta, mean, variance, eps);
    return ChannelAffine.apply(tape, x, Row.apply(tape, folded, 0), Row.apply(tape, folded, 1));
  }

  /**
   * Training mode; also gives the batch mean and biased variance in {@code mean} and {@code
   * variance}.
   */
  public static Variable train(
      Tape tape,
      Variable x,
      Variable gamma,
      Variable beta,
      float eps,
      Tensor mean,
      Tensor variance) {
    Tensor y = tape.empty(x.shape());
    var normalization = tape.backend().normalization();
    normalization.train(x.value(), gamma.value(), beta.value(), eps, y, mean, variance);
    return tape.record(
        "batchNorm",
        y,
        dy -> {
          Tensor dx = tape.inPlace(dy);
          Tensor dGamma = tape.empty(gamma.shape());
          Tensor dBeta = tape.empty(beta.shape());
          normalization.trainBackward(
              x.value(), gamma.value(), mean, variance, eps, dy, dx, dGamma, dBeta);
          tape.accumulate(gamma, dGamma);
          tape.accumulate(beta, dBeta);
          tape.accumulate(x, dx);
        },
        x,
        gamma,
        beta);
  }
}
