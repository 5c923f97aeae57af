package org.intraq.tensor.kernel.lowbit;

/**
 * Widths in bits of the two operands of an integer kernel: unsigned activation codes u in [0, 2^ka
 * - 1] and signed weight codes q in [-2^(kw-1), 2^(kw-1) - 1].
 *
 * <p>Written U4S4 for 4-bit activations by 4-bit weights.
 *
 * @param activation ka, 2 to 8
 * @param weight kw, 2 to 8
 */
public record CodeBits(int activation, int weight) {
  /** Smallest supported width. */
  public static final int MIN = 2;

  /** Largest supported width: a code fits into a byte. */
  public static final int MAX = 8;

  /**
   * Checks the widths.
   *
   * @throws IllegalArgumentException if a width is outside 2 to 8
   */
  public CodeBits {
    check(activation, "activation");
    check(weight, "weight");
  }

  static void check(int bits, String what) {
    if (bits < MIN || bits > MAX) {
      throw new IllegalArgumentException(
          "low-bit codes: expected " + MIN + " to " + MAX + " " + what + " bits, got " + bits);
    }
  }

  /** Largest activation code, 2^ka - 1. */
  public int maxActivation() {
    return (1 << activation) - 1;
  }

  /** Smallest weight code, -2^(kw-1); its magnitude bounds that of every weight code. */
  public int minWeight() {
    return -(1 << (weight - 1));
  }

  /** Largest weight code, 2^(kw-1) - 1. */
  public int maxWeight() {
    return (1 << (weight - 1)) - 1;
  }

  /** Largest magnitude of one product of codes, (2^ka - 1) * 2^(kw-1). */
  public int maxProduct() {
    return maxActivation() << (weight - 1);
  }

  @Override
  public String toString() {
    return "U" + activation + "S" + weight;
  }
}
