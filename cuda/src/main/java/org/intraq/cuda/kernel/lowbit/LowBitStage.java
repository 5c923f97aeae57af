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

  /**
   * Zero points, corrections, multipliers, offsets, corrections of raw sums, zeros, of the
   * channels.
   *
   * @param shift what the kernels take off every activation code: its products with the weights are
   *     given back here
   */
  int[] table(int taps, int[] codeSums, int shift) {
    int oc = channels();
    int[] corrections = new int[oc];
    int[] raw = new int[oc];
    for (int o = 0; o < oc; o++) {
      raw[o] = shift * codeSums[o];
      corrections[o] = activationZero * (taps * weightZero[o] - codeSums[o]) + raw[o];
    }
    return LowBitLayer.words(weightZero, corrections, multiplier, offset, raw);
  }
}
