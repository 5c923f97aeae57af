package org.intraq.cuda.kernel.lowbit;

import org.intraq.tensor.kernel.lowbit.CodeQuantizer;

/**
 * The output stage of a layer, with the arithmetic of {@link
 * org.intraq.tensor.kernel.lowbit.OutputStage}.
 *
 * @param activationZero zero point of the activations
 * @param weightZero [OC] zero points of the weights
 * @param multiplier [OC]
 * @param offset [OC]
 * @param cap upper bound of the activation, +infinity for ReLU; NaN where there is no activation
 * @param quantizer of the result; null where floats are stored
 */
@SuppressWarnings("ArrayRecordComponent") // a bundle of arguments, never compared
public record LowBitStage(
    int activationZero,
    int[] weightZero,
    float[] multiplier,
    float[] offset,
    float cap,
    CodeQuantizer quantizer) {

  /** Checks that all arrays have as many channels. */
  public LowBitStage {
    if (weightZero.length != multiplier.length || weightZero.length != offset.length) {
      throw new IllegalArgumentException(
          String.format(
              "output stage: expected as many zero points, multipliers and offsets, got %d, %d, %d",
              weightZero.length, multiplier.length, offset.length));
    }
  }

  int channels() {
    return weightZero.length;
  }

  boolean hasActivation() {
    return !Float.isNaN(cap);
  }

  /** Columns of {@link #table}: of the results; of the sums as they are. */
  static final int RESULTS = 0;

  static final int SUMS = 4;

  /** Corrections of the results for kernels that take {@link #SHIFT} off every activation. */
  static final int SHIFTED = 6;

  /** What makes 8-bit activations signed bytes. */
  static final int SHIFT = 128;

  /**
   * A column for each of seven numbers of the channels: zero points, corrections, multipliers and
   * offsets for the results; zero points and corrections (none) for the sums as they are; the
   * column {@link #SHIFTED}.
   *
   * @param folded what has been taken off the codes of each channel
   */
  int[] table(int taps, int[] codeSums, int[] folded) {
    int oc = channels();
    int[] table = new int[7 * oc];
    for (int o = 0; o < oc; o++) {
      int correction = activationZero * (taps * weightZero[o] - codeSums[o]);
      table[o] = weightZero[o] - folded[o];
      table[oc + o] = correction;
      table[2 * oc + o] = Float.floatToRawIntBits(multiplier[o]);
      table[3 * oc + o] = Float.floatToRawIntBits(offset[o]);
      table[SUMS * oc + o] = -folded[o];
      table[SHIFTED * oc + o] = correction + SHIFT * (codeSums[o] - taps * folded[o]);
    }
    return table;
  }
}
