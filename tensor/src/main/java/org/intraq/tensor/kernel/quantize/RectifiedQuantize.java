package org.intraq.tensor.kernel.quantize;

/**
 * The end of a quantized network's block in one pass: folded BatchNorm, residual sum, rectifier and
 * quantizer; and the way back, which needs one bit an element.
 *
 * <pre>
 * a[m, c] = min(max(z[m, c] * scale[c] + shift[c] + r[m, c], 0), cap)        z * scale + shift rounded once
 * y[m, c] = value(a)                                                         {@link AffineQuantizer}
 * open    = 0 &lt; a &lt; cap; where the gradient is masked, also: a rounds to a code without clamping
 *
 * g[m, c] = dy[m, c] where open, else 0
 * sums[c] = sum over m of g[m, c]
 * </pre>
 *
 * <p>The bit of element i = m * C + c is bit i % 32 of word i / 32; the last word's other bits are
 * zero. y may be z, g may be dy. M = 0 writes nothing but zero sums.
 *
 * <p>y and the bits are exact: every implementation gives those that {@code batchnorm.AffineRelu}
 * and {@link FakeQuantize} give on vectors, one after the other; NaN gives NaN and is not open. A
 * sum is within 1024 * 2^-23 times the sum of |g|.
 *
 * <p>Source: the straight-through gradient, Bengio, Leonard and Courville, 2013.
 */
public interface RectifiedQuantize {
  /**
   * The quantizer and where its bits go.
   *
   * @param masked whether clamped values are closed
   * @param open (elements + 31) / 32 words; null where nobody goes back
   */
  record Gate(AffineQuantizer quantizer, boolean masked, int[] open, int openAt) {}

  /** Words of the bits of so many elements. */
  static int words(int elements) {
    return (elements + Integer.SIZE - 1) / Integer.SIZE;
  }

  /**
   * y and, unless {@code gate.open()} is null, the bits.
   *
   * @param r the residual branch or null
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
      float cap,
      Gate gate,
      float[] y,
      int yAt);

  /** g and its sums. */
  void backward(
      int m,
      int c,
      float[] dy,
      int dyAt,
      int[] open,
      int openAt,
      float[] g,
      int gAt,
      float[] sums,
      int sumsAt);
}
