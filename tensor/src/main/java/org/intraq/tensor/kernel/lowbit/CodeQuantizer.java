package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.quantize.AffineQuantizer;

/**
 * The quantizer of the method for activations, with unsigned codes.
 *
 * <pre>
 * u = clamp(round(m * x - z), -2^(k-1), 2^(k-1) - 1) + 2^(k-1)        value = (u - zero) / m
 * zero = 2^(k-1) - z
 * </pre>
 *
 * m * x and the subtraction of z are each rounded to f32; round is half to even; NaN gives code 0.
 * Source: the specification of the method, section 3.
 *
 * @param m scale, (2^k - 1) / max(hi - lo, 1e-8), rounded as {@link AffineQuantizer} does
 * @param z a whole number, round(m * lo) + 2^(k-1)
 * @param bits k
 */
public record CodeQuantizer(float m, float z, int bits) {
  private static final float LARGEST = 1 << 30;

  /**
   * Checks the width.
   *
   * @throws IllegalArgumentException if {@code bits} is outside 2 to 8, or z is not whole or too
   *     large for {@link #zero}
   */
  public CodeQuantizer {
    CodeBits.check(bits, "activation");
    if (z != Math.rint(z) || Math.abs(z) > LARGEST) {
      throw new IllegalArgumentException("quantizer: expected a whole z of up to 2^30, got " + z);
    }
  }

  /** The quantizer of a range [lo, hi]. */
  public static CodeQuantizer ofRange(float lo, float hi, int bits) {
    float m = AffineQuantizer.multiplier(lo, hi, bits);
    return new CodeQuantizer(m, AffineQuantizer.offset(m, lo, bits), bits);
  }

  /** The code of the value 0: value = (u - zero) / m. Within the codes when lo <= 0 <= hi. */
  public int zero() {
    return (1 << (bits - 1)) - (int) z;
  }

  /** The code of one value. */
  public int code(float x) {
    int half = 1 << (bits - 1);
    float shifted = m * x - z;
    float clamped = shifted > half - 1 ? half - 1 : shifted >= -half ? shifted : -half;
    return (int) Math.rint(clamped) + half;
  }

  /** The value of one code. */
  public float value(int code) {
    return (code - zero()) / m;
  }
}
