package org.intraq.tensor.kernel.batchnorm;

/**
 * BatchNorm in training mode on x [M, C]: it normalises with the statistics of this very batch.
 *
 * <pre>
 * mean, variance = moments of x ({@link BatchMoments})
 * y[m, c]   = (x[m, c] - mean[c]) * inv[c] * gamma[c] + beta[c],  inv = 1 / sqrt(variance + eps)
 *
 * xhat      = (x - mean) * inv
 * dBeta[c]  = sum over m of dy
 * dGamma[c] = sum over m of dy * xhat
 * dx        = gamma * inv * (dy - dBeta / M - xhat * dGamma / M)
 * </pre>
 *
 * <p>y may be x, dx may be dy or x. M = 0 gives NaN statistics and zero gradients. y is within
 * 2^-22 (|x - mean| inv gamma + |beta|) of the value with the rounded statistics; sums as in {@link
 * ChannelAffine}.
 *
 * <p>Source: Ioffe and Szegedy, "Batch Normalization", 2015, algorithm 1 and section 3.
 */
public interface BatchNorm {
  /** y, mean and biased variance. */
  void train(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] gamma,
      int gammaAt,
      float[] beta,
      int betaAt,
      float eps,
      float[] y,
      int yAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt);

  /** dx, dGamma and dBeta, with the mean and variance that {@link #train} gave. */
  void trainBackward(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] gamma,
      int gammaAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt,
      float eps,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      float[] dGamma,
      int dGammaAt,
      float[] dBeta,
      int dBetaAt);
}
