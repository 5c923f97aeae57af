package org.intraq.quantize;

import java.util.Arrays;

/**
 * The weights of one layer as whole numbers: value = (q - zero[o]) / multiplier[o] for output
 * channel o.
 *
 * @param bits width of a code
 * @param codes q in the engine's order [KH, KW, IC / groups, OC], one a byte, signed
 * @param zero [OC] minus the z of the quantizer
 * @param multiplier [OC] m of the quantizer
 */
public record WeightCodes(int bits, byte[] codes, int[] zero, float[] multiplier) {
  /**
   * Whole numbers up to here are always accepted; sums of many such with 8-bit activations can
   * leave the 24 bits of a float, but not the 32 of an integer.
   */
  private static final int ALWAYS = 1 << 9;

  private static final int EXACT_FLOATS = 1 << 24;
  private static final int MOST_ACTIVATION = 255;

  /**
   * From the order of a file.
   *
   * @param codes [OC, IC / groups, KH, KW]
   * @param oc output channels
   * @param window KH * KW
   * @param offset z, one for each channel or one for all
   * @param multiplier m, as many
   */
  static WeightCodes of(
      int bits, byte[] codes, int oc, int window, float[] multiplier, float[] offset) {
    int ic = codes.length / (oc * window);
    byte[] ordered = new byte[codes.length];
    for (int i = 0; i < codes.length; i++) {
      int k = i % window;
      int c = i / window % ic;
      ordered[(k * ic + c) * oc + i / (window * ic)] = codes[i];
    }
    int[] zero = new int[oc];
    float[] m = new float[oc];
    for (int o = 0; o < oc; o++) {
      m[o] = multiplier[multiplier.length == 1 ? 0 : o];
      float z = offset[offset.length == 1 ? 0 : o];
      // The conversion saturates; what is that large is made simpler now or is not whole() below.
      zero[o] = (int) -z;
      simplifyConstant(o, ordered, z, zero, m);
    }
    return new WeightCodes(bits, ordered, zero, m);
  }

  /**
   * A channel of equal weights far from 0 has a huge zero point; as 1 times a scale it has none.
   */
  private static void simplifyConstant(
      int o, byte[] ordered, float offset, int[] zero, float[] multiplier) {
    int oc = zero.length;
    float first = ordered[o] + offset; // as the quantizer adds them: (q + z) / m
    if (Math.abs(first) <= ALWAYS) {
      return;
    }
    for (int i = o; i < ordered.length; i += oc) {
      if (ordered[i] != ordered[o]) {
        return;
      }
    }
    for (int i = o; i < ordered.length; i += oc) {
      ordered[i] = 1;
    }
    multiplier[o] = multiplier[o] / first;
    zero[o] = 0;
  }

  /** Output channels. */
  public int channels() {
    return zero.length;
  }

  /**
   * Whether sums of products stay exact: every q - zero is small. A channel whose weights lie close
   * together and far from 0 has a large zero point, which few products bear.
   */
  public boolean isWhole() {
    int products = codes.length / channels();
    int largest = Math.max(ALWAYS, EXACT_FLOATS / MOST_ACTIVATION / products);
    for (int i = 0; i < codes.length; i++) {
      if (Math.abs((long) codes[i] - zero[i % zero.length]) > largest) {
        return false;
      }
    }
    return true;
  }

  /** q - zero as floats, in the engine's order. */
  public float[] wholeNumbers() {
    float[] whole = new float[codes.length];
    for (int i = 0; i < whole.length; i++) {
      whole[i] = codes[i] - zero[i % zero.length];
    }
    return whole;
  }

  /**
   * What one unit of a sum of products is worth: 1 / (inputMultiplier * m[o]), rounded once.
   *
   * @param inputMultiplier m of the input's codes; 1 where the input is no code
   */
  public float[] scales(float inputMultiplier) {
    float[] scales = new float[channels()];
    for (int o = 0; o < scales.length; o++) {
      scales[o] = (float) (1 / ((double) inputMultiplier * multiplier[o]));
    }
    return scales;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof WeightCodes w
        && bits == w.bits
        && Arrays.equals(codes, w.codes)
        && Arrays.equals(zero, w.zero)
        && Arrays.equals(multiplier, w.multiplier);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(codes);
  }
}
