package org.intraq.tensor.kernel.batchnorm;

/**
 * Maps of x [M, C] by numbers of each channel: BatchNorm in evaluation mode and its gradients.
 *
 * <p>An output of x's size may be the same window as an input of that size. M = 0 or C = 0 writes
 * nothing but zero sums. NaN and infinity follow IEEE 754. Each element is within 2^-23 (|x
 * scale[c]| + |shift[c]|) of the exact value, each sum within (K + 16) 2^-24 of the sum of absolute
 * terms, K = {@link BatchMoments#MAX_CHUNK}.
 */
public interface ChannelAffine {
  /** y[m, c] = x[m, c] * scale[c] + shift[c]. */
  void affine(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] y,
      int yAt);

  /** y[m, c] = x[m, c] * scale[c]. */
  void scale(int m, int c, float[] x, int xAt, float[] scale, int scaleAt, float[] y, int yAt);

  /** dScale[c] = sum over m of dy[m, c] * x[m, c]; dShift[c] = sum over m of dy[m, c]. */
  void parameterGradients(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt);
}
