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
   * Zero points, corrections, multipliers and offsets of the channels for the results; zero points
   * and corrections (none) for the sums as they are.
   *
   * @param folded what has been taken off the codes of each channel
   */
  int[] table(int taps, int[] codeSums, int[] folded) {
    int oc = channels();
    int[] zeros = new int[oc];
    int[] corrections = new int[oc];
    int[] raw = new int[oc];
    for (int o = 0; o < oc; o++) {
      zeros[o] = weightZero[o] - folded[o];
      corrections[o] = activationZero * (taps * weightZero[o] - codeSums[o]);
      raw[o] = -folded[o];
    }
    return LowBitLayer.words(zeros, corrections, multiplier, offset, raw);
  }
}
