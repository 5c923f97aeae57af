package org.intraq.tensor.kernel.lowbit;

/**
 * Where an output stage writes: f32 values or codes, one a byte.
 *
 * @param values f32 values, or null
 * @param codes codes, or null
 * @param offset first element
 */
public record Destination(float[] values, byte[] codes, int offset) {
  /** f32 values. */
  public static Destination floats(float[] values, int offset) {
    return new Destination(values, null, offset);
  }

  /** Codes, one a byte. */
  public static Destination codes(byte[] codes, int offset) {
    return new Destination(null, codes, offset);
  }

  void requireSize(int size) {
    int length = values != null ? values.length : codes.length;
    if (offset < 0 || size > length - offset) {
      throw new IllegalArgumentException(
          "output stage: expected room for "
              + size
              + " elements from offset "
              + offset
              + ", got an array of "
              + length);
    }
  }
}
