package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/**
 * Batch statistics and BatchNorm over all dimensions but the last; M is the number of samples of a
 * channel.
 */
public interface NormalizationOps {
  /**
   * mean[c] and biased variance[c] of x [.., C]; sums are compensated or in double, so that a large
   * mean is harmless.
   */
  void batchMoments(Tensor x, Tensor mean, Tensor variance);

  /** dx = (dMean[c] + 2 * (x - mean[c]) * dVariance[c]) / M. */
  void batchMomentsBackward(Tensor x, Tensor mean, Tensor dMean, Tensor dVariance, Tensor dx);

  /** y = x * scale[c] + shift[c]; y may be x. */
  void channelAffine(Tensor x, Tensor scale, Tensor shift, Tensor y);

  /** dx = dy * scale[c]; dx may be dy. */
  void channelScale(Tensor dy, Tensor scale, Tensor dx);

  /** dScale[c] = sum of dy * x, dShift[c] = sum of dy. */
  void channelAffineParameterGradients(Tensor x, Tensor dy, Tensor dScale, Tensor dShift);

  /**
   * Folds evaluation-mode BatchNorm: scale = gamma / sqrt(variance + eps), shift = beta - mean *
   * scale.
   *
   * <p>Variances near zero are safe because eps is positive; a non-positive eps is refused.
   */
  void fold(
      Tensor gamma,
      Tensor beta,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor scale,
      Tensor shift);

  /** dGamma = (dScale - mean * dShift) / sqrt(variance + eps); dBeta = dShift. */
  void foldBackward(
      Tensor dScale,
      Tensor dShift,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor dGamma,
      Tensor dBeta);

  /**
   * BatchNorm with the statistics of this batch: y = (x - mean) / sqrt(variance + eps) * gamma +
   * beta; also gives the mean and the biased variance.
   */
  void train(
      Tensor x, Tensor gamma, Tensor beta, float eps, Tensor y, Tensor mean, Tensor variance);

  /** Gradients of {@link #train}; dx may be dy. */
  void trainBackward(
      Tensor x,
      Tensor gamma,
      Tensor mean,
      Tensor variance,
      float eps,
      Tensor dy,
      Tensor dx,
      Tensor dGamma,
      Tensor dBeta);
}
