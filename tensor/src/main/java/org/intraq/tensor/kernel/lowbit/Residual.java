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
 */
public record Residual(float[] values, byte[] codes, int offset, float m, int zero) {
  private static final Residual NONE = new Residual(null, null, 0, 1, 0);

  /** No residual. */
  public static Residual none() {
    return NONE;
  }

  /** The result is y + values. */
  public static Residual floats(float[] values, int offset) {
    return new Residual(values, null, offset, 1, 0);
  }

  /** The result is y + (u - zero) / m, division and sum each rounded to f32. */
  public static Residual codes(byte[] codes, int offset, float m, int zero) {
    return new Residual(null, codes, offset, m, zero);
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
