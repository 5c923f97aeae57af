package org.intraq.tensor.kernel.lowbit;

/**
 * Unsigned activation codes u [N, H, W, C] with one zero point: value = (u - zero) / m.
 *
 * <p>{@code zero} is the code of the value 0 (minus the z of the quantizer, shifted to unsigned
 * codes: zero = -round(m * lo)), and what padding reads. m does not occur here: it is merged into
 * the multiplier of the output stage.
 *
 * @param data one code a byte, or, if {@code packed}, a dense stream as {@link BitPacking} writes
 *     it
 * @param offset first byte
 * @param bits width of a code
 * @param zero code of the value 0; outside [0, 2^bits - 1] only for convolutions without padding
 * @param packed whether the codes are packed
 */
public record Activations(byte[] data, int offset, int bits, int zero, boolean packed) {
  /**
   * Checks the width.
   *
   * @throws IllegalArgumentException if {@code bits} is outside 2 to 8 or the offset is negative
   */
  public Activations {
    CodeBits.check(bits, "activation");
    if (offset < 0) {
      throw new IllegalArgumentException("activations: expected an offset >= 0, got " + offset);
    }
  }

  /** Codes of one byte each. */
  public static Activations bytes(byte[] data, int offset, int bits, int zero) {
    return new Activations(data, offset, bits, zero, false);
  }

  /** Codes packed at their real width. */
  public static Activations packed(byte[] data, int offset, int bits, int zero) {
    return new Activations(data, offset, bits, zero, true);
  }

  /**
   * Throws unless {@code size} codes lie inside the array.
   *
   * @throws IllegalArgumentException if they do not
   */
  void requireSize(int size, String operation) {
    long bytes = packed ? BitPacking.packedBytes(size, bits) : size;
    if (offset + bytes > data.length) {
      throw new IllegalArgumentException(
          operation
              + ": expected "
              + bytes
              + " bytes of activation codes from offset "
              + offset
              + ", got an array of "
              + data.length);
    }
  }
}
