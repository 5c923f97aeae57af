package org.intraq.tensor.kernel.quantize;

/**
 * Fake quantization with {@link AffineQuantizer}, per tensor and per channel; its masked gradient;
 * and the codes themselves.
 *
 * <p>Per channel: w [rows, channels] dense, the channel last; channel c has the range [ranges[c],
 * ranges[channels + c]]. Outputs may be the very window of an input and must not overlap otherwise.
 * Empty extents do nothing.
 *
 * <p>Exact: every implementation gives the bits that {@link AffineQuantizer} defines. NaN gives
 * NaN, and the code 0.
 */
public interface FakeQuantize {
  /** y[i] = value(x[i]). */
  void quantize(AffineQuantizer quantizer, int n, float[] x, int xOffset, float[] y, int yOffset);

  /**
   * dx[i] = dy[i] where x[i] rounds to a code without clamping, else 0.
   *
   * <p>(The unmasked straight-through gradient is dy itself.)
   */
  void maskedGradient(
      AffineQuantizer quantizer,
      int n,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset);

  /** codes[i] = code(x[i]), at most 8 bits. */
  void codes(
      AffineQuantizer quantizer, int n, float[] x, int xOffset, byte[] codes, int codesOffset);

  /** y[r, c] = value of w[r, c] in the range of channel c. */
  void quantizeChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      float[] y,
      int yOffset);

  /** {@link #maskedGradient} with a range for each channel. */
  void maskedGradientChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      float[] dy,
      int dyOffset,
      float[] dw,
      int dwOffset);

  /** {@link #codes} with a range for each channel. */
  void codesChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      byte[] codes,
      int codesOffset);
}
