package org.intraq.tensor.kernel.elementary;

/**
 * Elementary functions of one float from IEEE additions, multiplications and fused multiply-adds
 * alone, so that every processor gives the same bits; {@code VectorMath} is the same, lane by lane.
 *
 * <p>{@link Math#exp} and its kin promise an accuracy, not a bit pattern, and the Vector API's own
 * exponential depends on the platform's library and on the vector width. The polynomials here are
 * minimax fits (Remez) whose coefficients were then rounded to float.
 */
public final class FloatMath {
  /** 1.5 * 2^23: adding it rounds |x| &lt;= 2^22 half to even to a whole number in the low bits. */
  public static final float ROUNDER = 0x1.8p23f;

  static final int ROUNDER_BITS = Float.floatToRawIntBits(ROUNDER);

  /** exp of anything below is below half of the smallest subnormal. */
  static final float EXP_LOWEST = -104f;

  /** exp of anything above overflows. */
  static final float EXP_HIGHEST = 89f;

  static final float LOG2_E = 0x1.715476p0f;
  static final float LN2_HIGH = 0x1.62e43p-1f;
  static final float LN2_LOW = -0x1.05c61p-29f;

  // (exp(r) - 1 - r) / r^2 on |r| <= ln(2) / 2; error 3.1e-9 of exp(r).
  static final float EXP_0 = 0x1.fffffcp-2f;
  static final float EXP_1 = 0x1.555492p-3f;
  static final float EXP_2 = 0x1.5558f2p-5f;
  static final float EXP_3 = 0x1.123a2p-7f;
  static final float EXP_4 = 0x1.6a23dp-10f;

  static final int SQRT_HALF_BITS = 0x3f3504f3;

  // (log(1 + f) - f + f^2 / 2) / f^3 on [sqrt(1/2) - 1, sqrt(2) - 1]; error 5.9e-9 of log(1 + f).
  static final float LOG_0 = 0x1.555554p-2f;
  static final float LOG_1 = -0x1.000226p-2f;
  static final float LOG_2 = 0x1.99a008p-3f;
  static final float LOG_3 = -0x1.547244p-3f;
  static final float LOG_4 = 0x1.22da1ap-3f;
  static final float LOG_5 = -0x1.0d8548p-3f;
  static final float LOG_6 = 0x1.055b8p-3f;
  static final float LOG_7 = -0x1.38b598p-4f;

  // sin(pi/2 * y) / y - 1 in y^2 on |y| <= 1; error 5.4e-9 of the sine.
  static final float SIN_0 = 0x1.243f6ap-1f;
  static final float SIN_1 = -0x1.4abbc2p-1f;
  static final float SIN_2 = 0x1.4668bp-4f;
  static final float SIN_3 = -0x1.324ccap-8f;
  static final float SIN_4 = 0x1.3daff6p-13f;

  private FloatMath() {}

  /**
   * e^x.
   *
   * <pre>
   * n = round(x * log2(e)); r = x - n * ln(2); e^x = 2^n * (1 + r + r^2 * P(r))
   * </pre>
   *
   * <p>Within 1.01 ulp of the exact value for every float (measured over all of them); subnormal
   * results are rounded once; exp(-infinity) = 0, exp(infinity) = infinity, exp(NaN) = NaN.
   */
  public static float exp(float x) {
    float bounded = Math.min(Math.max(x, EXP_LOWEST), EXP_HIGHEST);
    float shifted = Math.fma(bounded, LOG2_E, ROUNDER);
    float n = shifted - ROUNDER;
    float r = Math.fma(n, -LN2_LOW, Math.fma(n, -LN2_HIGH, bounded));
    float p = Math.fma(EXP_4, r, EXP_3);
    p = Math.fma(p, r, EXP_2);
    p = Math.fma(p, r, EXP_1);
    p = Math.fma(p, r, EXP_0);
    float e = Math.fma(r * r, p, r) + 1f;
    // 2^n in two factors, so that neither over- or underflows and the result is rounded once.
    int exponent = Float.floatToRawIntBits(shifted) - ROUNDER_BITS;
    int half = exponent >> 1;
    return e * powerOfTwo(half) * powerOfTwo(exponent - half);
  }

  private static float powerOfTwo(int exponent) {
    return Float.intBitsToFloat((exponent + 127) << 23);
  }

  /**
   * log(n * 2^-24), the natural logarithm of a 24-bit fraction, 1 &lt;= n &lt;= 2^24.
   *
   * <pre>
   * n = m * 2^e, sqrt(1/2) &lt;= m &lt; sqrt(2); f = m - 1
   * log = (e - 24) * ln(2) + f - f^2 / 2 + f^3 * P(f)
   * </pre>
   *
   * <p>Within 0.87 ulp of the exact value for every n (measured: all of them).
   */
  public static float logFraction(int n) {
    int shifted = Float.floatToRawIntBits((float) n) - SQRT_HALF_BITS;
    float k = (float) ((shifted >> 23) - 24);
    float f = Float.intBitsToFloat((shifted & 0x7fffff) + SQRT_HALF_BITS) - 1f;
    float p = Math.fma(LOG_7, f, LOG_6);
    p = Math.fma(p, f, LOG_5);
    p = Math.fma(p, f, LOG_4);
    p = Math.fma(p, f, LOG_3);
    p = Math.fma(p, f, LOG_2);
    p = Math.fma(p, f, LOG_1);
    p = Math.fma(p, f, LOG_0);
    float square = f * f;
    float tail = Math.fma(f * square, p, -0.5f * square);
    return Math.fma(k, LN2_HIGH, f + Math.fma(k, LN2_LOW, tail));
  }

  /**
   * sin(2 pi * t * 2^-24), the sine of a 24-bit fraction of a turn; only the low 24 bits of t
   * count.
   *
   * <p>The reduction to |t| &lt;= 2^22, a quarter turn, is exact in integers. Within 1.65 ulp of
   * the exact value (measured over all 2^24 arguments). The cosine is the sine of t + 2^22.
   */
  public static float sinTurn(int t) {
    int signed = t << 8 >> 8;
    int folded =
        signed > 1 << 22 ? (1 << 23) - signed : signed < -(1 << 22) ? -(1 << 23) - signed : signed;
    float y = folded * 0x1p-22f;
    float square = y * y;
    float p = Math.fma(SIN_4, square, SIN_3);
    p = Math.fma(p, square, SIN_2);
    p = Math.fma(p, square, SIN_1);
    return Math.fma(y, Math.fma(p, square, SIN_0), y);
  }
}
