package org.intraq.tensor.kernel.lowbit;

/**
 * What an output stage adds: nothing, f32 values, or activation codes with value (u - zero) / m;
 * laid out as the result.
 *
 * @param values f32 values, or null
 * @param codes one code a byte, or null
 * @param offset first element
 * @param m scale of the codes
 * @param zero zero point of the codes
 * @param reciprocal 1 / m, if {@link #quotient} equals the division for every code; else NaN
 */
public record Residual(
    float[] values, byte[] codes, int offset, float m, int zero, float reciprocal) {
  private static final Residual NONE = new Residual(null, null, 0, 1, 0, Float.NaN);

  /** No residual. */
  public static Residual none() {
    return NONE;
  }

  /** The result is y + values. */
  public static Residual floats(float[] values, int offset) {
    return new Residual(values, null, offset, 1, 0, Float.NaN);
  }

  /** The result is y + (u - zero) / m, division and sum each rounded to f32. */
  public static Residual codes(byte[] codes, int offset, float m, int zero) {
    float reciprocal = 1 / m;
    for (int u = 0; u < 1 << Byte.SIZE; u++) {
      float x = u - zero;
      if (quotient(x, m, reciprocal) != x / m) {
        reciprocal = Float.NaN;
      }
    }
    return new Residual(null, codes, offset, m, zero, reciprocal);
  }

  /**
   * x / m by a product and one correction, a third of a division's time. Source: Markstein,
   * Computation of elementary functions on the IBM RISC System/6000 processor, 1990.
   */
  private static float quotient(float x, float m, float reciprocal) {
    float q = x * reciprocal;
    return Math.fma(Math.fma(-q, m, x), reciprocal, q);
  }

  /** Whether there is nothing to add. */
  public boolean isNone() {
    return values == null && codes == null;
  }

  void requireSize(int size) {
    int length = values != null ? values.length : codes != null ? codes.length : Integer.MAX_VALUE;
    if (offset < 0 || size > length - offset) {
      throw new IllegalArgumentException(
          "output stage: expected "
              + size
              + " residual elements from offset "
              + offset
              + ", got an array of "
              + length);
    }
  }
}
