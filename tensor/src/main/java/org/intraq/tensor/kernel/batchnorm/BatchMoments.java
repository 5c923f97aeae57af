package org.intraq.tensor.kernel.batchnorm;

/**
 * Mean and biased variance of each channel of x [M, C], and their gradient.
 *
 * <p>mean[c] = sum over m of x[m, c] / M, variance[c] = sum over m of (x[m, c] - mean[c])^2 / M. M
 * = 0 gives NaN, as 0 / 0 does; C = 0 does nothing. Outputs must not overlap inputs, except dx,
 * which may be x.
 *
 * <p>Accuracy: with K the samples of one chunk, at most {@link #MAX_CHUNK}, the mean is within
 * 2^-24 |mean| + (K + 8) 2^-24 max|x - mean| and the variance within (K + 16) 2^-22 of it,
 * relatively, however large the mean is against the deviation (as long as x itself resolves it).
 *
 * <p>Source: Chan, Golub, LeVeque, "Algorithms for computing the sample variance", 1983: the
 * corrected two-pass algorithm (1.7) within a chunk, pairwise combination (2.1) between chunks.
 */
public interface BatchMoments {
  /** Most samples of a channel that are summed in single precision. */
  int MAX_CHUNK = 1024;

  /** mean and biased variance of x [M, C]. */
  void moments(
      int m, int c, float[] x, int xAt, float[] mean, int meanAt, float[] variance, int varianceAt);

  /** dx[m, c] = (dMean[c] + 2 (x[m, c] - mean[c]) dVariance[c]) / M. */
  void backward(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] mean,
      int meanAt,
      float[] dMean,
      int dMeanAt,
      float[] dVariance,
      int dVarianceAt,
      float[] dx,
      int dxAt);
}
