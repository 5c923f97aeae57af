package org.intraq.tensor.kernel.batchnorm;

/**
 * The activation block of a network with folded BatchNorm in one pass: affine map, residual sum and
 * rectifier, with the gradient of the batch moments mixed in on the way back.
 *
 * <pre>
 * y[m, c]   = min(max(z[m, c] * scale[c] + shift[c] + r[m, c], floor), cap)      floor 0, or -infinity for no rectifier
 *
 * g         = dy where 0 &lt; y &lt; cap, else 0; dy without a rectifier
 * dz        = scale[c] * g + c0[c] + c1[c] * z
 * dr        = g
 * dScale[c] = sum over m of g * (z - center[c]),   dShift[c] = sum over m of g
 * </pre>
 *
 * <p>z is [M, C], the output of a convolution. c0 and c1 carry any loss on the batch mean and
 * variance of z: c1 = 2 dVariance / M, c0 = (dMean - 2 mean dVariance) / M (see {@link
 * BatchMoments}); and also the statistics' part of BatchNorm's gradient in training mode. Arrays
 * that are marked so may be null, which leaves their term out; without c0 and c1, z is not read by
 * {@link #backward} unless dScale asks for it.
 *
 * <p>y may be z or r; dz and dr may be dy. M = 0 or C = 0 writes nothing but zero sums. NaN and
 * infinity follow IEEE 754, y as {@code relu} of {@code kernel.elementwise}. Each element is within
 * 2^-22 of the sum of its absolute terms, relatively, sums as in {@link ChannelAffine}.
 */
public interface AffineRelu {
  /** {@link #forward} with a rectifier, floor = 0. */
  default void forward(
      int m,
      int c,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float cap,
      float[] y,
      int yAt) {
    forward(m, c, z, zAt, scale, scaleAt, shift, shiftAt, r, rAt, 0f, cap, y, yAt);
  }

  /**
   * y = min(max(z * scale + shift + r, floor), cap).
   *
   * @param r the residual branch or null
   * @param floor 0; or -infinity, together with a cap of +infinity, where nothing is rectified
   * @param cap above 0; +infinity for plain ReLU
   */
  void forward(
      int m,
      int c,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float floor,
      float cap,
      float[] y,
      int yAt);

  /**
   * dz, optionally dr, from dy and the output y; see the formula above.
   *
   * @param y null where nothing was rectified
   * @param z null if c0 and c1 are
   * @param c0 null together with c1
   * @param dr null where there is no residual branch or its gradient is not wanted
   */
  void backward(
      int m,
      int c,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] c0,
      int c0At,
      float[] c1,
      int c1At,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt);

  /**
   * {@link #backward} and, in the same pass, dScale and dShift.
   *
   * @param center null for zero; the batch mean keeps the sum accurate where it is large
   * @param dz null where only the sums (and perhaps dr) are wanted, as in the first pass of
   *     training-mode BatchNorm; scale, c0 and c1 are then not read
   */
  void backwardWithSums(
      int m,
      int c,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] center,
      int centerAt,
      float[] scale,
      int scaleAt,
      float[] c0,
      int c0At,
      float[] c1,
      int c1At,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt);
}
