package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * The end of a convolution block in training mode: y = min(max(BatchNorm(z) + residual, 0), cap)
 * with the statistics of the batch.
 *
 * <p>Forward reads z twice (statistics, then the affine map they give) and writes y once. Backward
 * makes two passes: the sums dShift = sum g and S = sum g * (z - mean), then dz = scale * (g -
 * dShift / M) - scale * S / (M * (variance + eps)) * (z - mean), which is an affine map of g and z
 * (Ioffe and Szegedy 2015, section 3).
 */
public final class NormReluTrain {
  private final Tape tape;
  private final Variable z;
  private final Variable gamma;
  private final Variable beta;
  private final float eps;
  private final Variable residual;
  private final float cap;

  private NormReluTrain(
      Tape tape,
      Variable z,
      Variable gamma,
      Variable beta,
      float eps,
      Variable residual,
      float cap) {
    this.tape = tape;
    this.z = z;
    this.gamma = gamma;
    this.beta = beta;
    this.eps = eps;
    this.residual = residual;
    this.cap = cap;
  }

  /**
   * Applies the operation; {@code residual} may be null; {@code mean} and {@code variance} [C]
   * receive the statistics.
   */
  public static Variable apply(
      Tape tape,
      Variable z,
      Variable gamma,
      Variable beta,
      float eps,
      Variable residual,
      float cap,
      Tensor mean,
      Tensor variance) {
    return new NormReluTrain(tape, z, gamma, beta, eps, residual, cap).apply(mean, variance);
  }

  private Variable apply(Tensor mean, Tensor variance) {
    var normalization = tape.backend().normalization();
    var fused = tape.backend().fused();
    Tensor scale = tape.empty(gamma.shape());
    Tensor shift = tape.empty(gamma.shape());
    Tensor y = tape.empty(z.shape());
    normalization.batchMoments(z.value(), mean, variance);
    normalization.fold(gamma.value(), beta.value(), mean, variance, eps, scale, shift);
    if (residual == null) {
      fused.affineRelu(z.value(), scale, shift, cap, y);
      return tape.record(
          "normReluTrain", y, dy -> backward(y, dy, scale, mean, variance), z, gamma, beta);
    }
    fused.affineAddRelu(z.value(), scale, shift, residual.value(), cap, y);
    return tape.record(
        "normReluTrain", y, dy -> backward(y, dy, scale, mean, variance), z, gamma, beta, residual);
  }

  private void backward(Tensor y, Tensor dy, Tensor scale, Tensor mean, Tensor variance) {
    var fused = tape.backend().fused();
    Tensor dResidual = residual != null && residual.requiresGrad() ? tape.empty(dy.shape()) : null;
    Tensor sumGz = tape.empty(gamma.shape());
    Tensor dBeta = tape.empty(gamma.shape());
    fused.affineReluBackwardWithSums(
        dy, y, cap, z.value(), mean, null, null, null, null, dResidual, sumGz, dBeta);
    Tensor dGamma = tape.empty(gamma.shape());
    Tensor inverse = inverseDeviation(variance);
    var elementwise = tape.backend().elementwise();
    elementwise.multiply(sumGz, inverse, dGamma);
    if (z.requiresGrad()) {
      Tensor c0 = tape.empty(gamma.shape());
      Tensor c1 = tape.empty(gamma.shape());
      float m = (float) z.value().size() / c0.size();
      elementwise.multiply(dGamma, inverse, c1);
      elementwise.multiply(c1, scale, c1);
      elementwise.scaleShift(-1f / m, c1, 0f, c1);
      elementwise.multiply(c1, mean, c0);
      Tensor shiftPart = tape.empty(gamma.shape());
      elementwise.multiply(scale, dBeta, shiftPart);
      elementwise.linear(-1f / m, shiftPart, -1f, c0, c0);
      Tensor dz = tape.inPlace(dy);
      fused.affineReluBackward(dy, y, cap, z.value(), scale, c0, c1, dz, null);
      tape.accumulate(z, dz);
    }
    tape.accumulate(gamma, dGamma);
    tape.accumulate(beta, dBeta);
    if (dResidual != null) {
      tape.accumulate(residual, dResidual);
    }
  }

  /** 1 / sqrt(variance + eps), as the scale that folding gives for gamma = 1. */
  private Tensor inverseDeviation(Tensor variance) {
    Tensor one = tape.empty(gamma.shape());
    Tensor zero = tape.scope().zeros(gamma.shape());
    Tensor inverse = tape.empty(gamma.shape());
    tape.backend().memory().fill(one, 1f);
    tape.backend().normalization().fold(one, zero, zero, variance, eps, inverse, one);
    return inverse;
  }
}
