package org.intraq.tensor.kernel.quantize;

/**
 * The asymmetric min-max quantizer of one range, in float arithmetic operation by operation as
 * PyTorch does it, so that codes agree exactly.
 *
 * <pre>
 * m = (2^k - 1) * (1 / max(hi - lo, 1e-8))
 * z = round(m * lo) + 2^(k-1)
 * q(x) = clamp(round(m * x - z), -2^(k-1), 2^(k-1) - 1)
 * value(x) = (q(x) + z) / m
 * </pre>
 *
 * <p>Every operation is rounded to float on its own (m * x - z is a product and a difference, never
 * a fused multiply-add; m is a product with a rounded reciprocal, which is how PyTorch divides a
 * Python number by a tensor); rounding to an integer is half to even. z is an integer, so 0 has a
 * code and is exact wherever lo &lt;= 0 &lt;= hi.
 *
 * @param multiplier m, codes per unit
 * @param offset z
 * @param bits k, 1 to {@link #MAX_BITS}
 */
public record AffineQuantizer(float multiplier, float offset, int bits) {
  /** Largest number of bits: codes up to 2^15 stay exact in the rounding by a magic constant. */
  public static final int MAX_BITS = 16;

  private static final float NARROWEST = 1e-8f;

  /**
   * The quantizer of the range [lo, hi].
   *
   * @throws IllegalArgumentException if the number of bits is outside 1 to {@link #MAX_BITS}
   */
  public static AffineQuantizer of(float lo, float hi, int bits) {
    checkBits(bits, MAX_BITS);
    float multiplier = multiplier(lo, hi, bits);
    return new AffineQuantizer(multiplier, offset(multiplier, lo, bits), bits);
  }

  /** m of a range. */
  public static float multiplier(float lo, float hi, int bits) {
    float reciprocal = 1f / Math.max(hi - lo, NARROWEST);
    return ((1 << bits) - 1) * reciprocal;
  }

  /** z of a range with multiplier m. */
  public static float offset(float multiplier, float lo, int bits) {
    return (float) Math.rint(multiplier * lo) + (float) (1 << (bits - 1));
  }

  /** The smallest code, -2^(k-1). */
  public static int lowest(int bits) {
    return -(1 << (bits - 1));
  }

  /** The largest code, 2^(k-1) - 1. */
  public static int highest(int bits) {
    return (1 << (bits - 1)) - 1;
  }

  /** The code of x as a whole number in a float; NaN of NaN. */
  public float code(float x) {
    float rounded = (float) Math.rint(multiplier * x - offset);
    return Math.min(Math.max(rounded, lowest(bits)), highest(bits));
  }

  /** The value that stands for x. */
  public float value(float x) {
    return (code(x) + offset) / multiplier;
  }

  /** Whether x rounds to a code without clamping. */
  public boolean inside(float x) {
    double rounded = Math.rint(multiplier * x - offset);
    return rounded >= lowest(bits) && rounded <= highest(bits);
  }

  /** Throws unless 1 &lt;= bits &lt;= most. */
  static void checkBits(int bits, int most) {
    if (bits < 1 || bits > most) {
      throw new IllegalArgumentException("quantizer: expected 1 to " + most + " bits, got " + bits);
    }
  }
}
