package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;

/**
 * What happens to a sum of products of codes before it is stored.
 *
 * <pre>
 * r = acc - weightZero[o] * S - za * W[o] + K * za * weightZero[o]     (32-bit integers, exact)
 *   = sum of (u - za) * (q - weightZero[o])
 * y = fma(r, multiplier[o], offset[o])                                 (f32 from here)
 * y = y + residual                                                     (if there is one)
 * y = min(max(y, 0), cap)                                              (if there is an activation)
 * u' = clamp(round(m * y - z), -2^(k-1), 2^(k-1) - 1) + 2^(k-1)        (if codes are stored)
 * </pre>
 *
 * with S the sum of the activation codes in the window (padding included), W[o] the sum of the
 * weight codes of output channel o, K the number of products, za the zero point of the activations.
 * Rounding is half to even; NaN passes the activation and becomes code 0. {@code m * y} and {@code
 * - z} are rounded one after the other, so that u' equals what a quantizer that works in f32 gives.
 *
 * <p>A convolution with scales ma and mw[o], a bias b and a BatchNorm (gamma, beta, mean, std) has
 * multiplier = gamma / (std * ma * mw[o]) and offset = (b - mean) * gamma / std + beta. Source: the
 * specification of the method, sections 3 and 6; Jacob et al., arXiv 1712.05877, section 2.3.
 */
public final class OutputStage {
  /** Cap of an activation without an upper bound (ReLU). */
  public static final float NO_CAP = Float.POSITIVE_INFINITY;

  /** Lanes of the widest vector of floats, which may be read past the last channel. */
  private static final int LANES = 16;

  /** The corrections of every layer whose activations have the zero point 0. */
  private static final int[] ZEROS = new int[LANES];

  private final PackedWeights weights;
  final int[] weightZero;
  final int[] correction;
  private final int activationZero;

  /** Largest |q - weightZero| that the widths allow. */
  final int reach;

  final float[] multiplier;
  final float[] offset;
  final boolean activation;
  final float cap;
  final CodeQuantizer quantizer;
  private final boolean finite;

  /** This stage in one multiply-add behind a depthwise convolution; null if it has none. */
  final CodeSteps steps;

  private OutputStage(
      PackedWeights weights,
      int[] weightZero,
      int[] correction,
      int activationZero,
      int reach,
      float[] multiplier,
      float[] offset,
      boolean activation,
      float cap,
      CodeQuantizer quantizer) {
    this.weights = weights;
    this.weightZero = weightZero;
    this.correction = correction;
    this.activationZero = activationZero;
    this.reach = reach;
    this.multiplier = multiplier;
    this.offset = offset;
    this.activation = activation;
    this.cap = cap;
    this.quantizer = quantizer;
    this.finite = allFinite(multiplier) && allFinite(offset);
    this.steps = findSteps();
  }

  /**
   * A linear stage: multiplier and offset only.
   *
   * @param weights the packed weights this stage follows
   * @param activationZero zero point of the activations
   * @param weightZero [OC] zero point of the weight codes: value = (q - weightZero) / mw
   * @param multiplier [OC]
   * @param offset [OC]
   * @throws IllegalArgumentException if a length is not OC, or r could exceed 32 bits (a channel of
   *     one constant value has such a zero point: express it as code 1 with zero point 0)
   */
  public static OutputStage linear(
      PackedWeights weights,
      int activationZero,
      int[] weightZero,
      float[] multiplier,
      float[] offset) {
    int oc = weights.outputChannels();
    if (weightZero.length != oc || multiplier.length != oc || offset.length != oc) {
      throw new IllegalArgumentException(
          String.format(
              "output stage: expected %d channels, got %d zero points, %d multipliers, %d offsets",
              oc, weightZero.length, multiplier.length, offset.length));
    }
    CodeBits bits = weights.bits();
    long maxActivation =
        Math.max(
            Math.abs((long) activationZero),
            Math.abs((long) bits.maxActivation() - activationZero));
    // Rows begin at multiples of a vector, but for groups of any size.
    int padded = (oc + LANES - 1) / LANES * LANES + (weights.groups() == 1 ? 0 : LANES);
    int[] correction = activationZero == 0 ? ZEROS : new int[padded];
    long reach = 0;
    for (int o = 0; o < oc; o++) {
      long maxWeight = Math.abs((long) weightZero[o]) - bits.minWeight();
      // The factors are at most 2^32: their product may take 64 bits, without a sign.
      if (Math.unsignedMultiplyHigh(maxActivation, maxWeight) != 0
          || Long.compareUnsigned(maxActivation * maxWeight, Integer.MAX_VALUE / weights.taps())
              > 0) {
        throw new IllegalArgumentException(
            String.format(
                "output stage: expected corrected sums within 32 bits, got zero points %d and %d"
                    + " (channel %d) over %d products",
                activationZero, weightZero[o], o, weights.taps()));
      }
      reach = Math.max(reach, Math.abs((long) weightZero[o] - bits.minWeight()));
      reach = Math.max(reach, Math.abs((long) weightZero[o] - bits.maxWeight()));
      if (correction != ZEROS) {
        // Wraps at most on the way: the corrected sum itself fits.
        correction[o] = activationZero * (weights.taps() * weightZero[o] - weights.codeSum(o));
      }
    }
    return new OutputStage(
        weights,
        Arrays.copyOf(weightZero, padded),
        correction,
        activationZero,
        (int) reach,
        Arrays.copyOf(multiplier, padded),
        Arrays.copyOf(offset, padded),
        false,
        NO_CAP,
        null);
  }

  /** This stage followed by min(max(y, 0), cap); {@link #NO_CAP} gives ReLU, 6 gives ReLU6. */
  public OutputStage withActivation(float cap) {
    return new OutputStage(
        weights,
        weightZero,
        correction,
        activationZero,
        reach,
        multiplier,
        offset,
        true,
        cap,
        quantizer);
  }

  /** This stage with codes as its result. */
  public OutputStage withQuantizer(CodeQuantizer quantizer) {
    return new OutputStage(
        weights,
        weightZero,
        correction,
        activationZero,
        reach,
        multiplier,
        offset,
        activation,
        cap,
        quantizer);
  }

  /**
   * What sum((u - centre) * (q - weightZero[o])) lacks to r: (centre - za) * sum(q -
   * weightZero[o]).
   */
  int remainder(int o, int centre) {
    return (centre - activationZero) * (weights.codeSum(o) - weights.taps() * weightZero[o]);
  }

  /**
   * Whether y never is NaN, residuals aside. Then the activation may follow the quantizer, because
   * codes are in the order of the values: code(min(max(y, 0), cap)) = min(max(code(y), code(0)),
   * code(cap)).
   */
  boolean isFinite() {
    return finite;
  }

  private static boolean allFinite(float[] numbers) {
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        return false;
      }
    }
    return true;
  }

  /** The smallest code that is stored. */
  int firstCode() {
    return activation ? quantizer.code(0) : 0;
  }

  /** The largest code that is stored. */
  int lastCode() {
    return activation ? quantizer.code(cap) : (1 << quantizer.bits()) - 1;
  }

  private CodeSteps findSteps() {
    if (quantizer == null
        || quantizer.bits() > CodeSteps.MAX_BITS
        || !finite
        || !(weights instanceof DepthwiseWeights depthwise)) {
      return null;
    }
    long largest = depthwise.largest(activationZero, weightZero);
    return largest > Short.MAX_VALUE ? null : new CodeSteps(this, (int) largest);
  }

  /** Where in {@link #correction} that of a channel is, and those of the channels behind it. */
  int correctionAt(int o) {
    return correction == ZEROS ? 0 : o;
  }

  /** Bytes that the numbers of the channels take in memory. */
  public long sizeBytes() {
    int shared = correction == ZEROS ? 0 : correction.length;
    long found = steps == null ? 0 : steps.sizeBytes();
    return 4L * (weightZero.length + shared + multiplier.length + offset.length) + found;
  }

  /** Number of output channels. */
  public int channels() {
    return weights.outputChannels();
  }

  /** The quantizer of the result; null if the result is float. */
  public CodeQuantizer quantizer() {
    return quantizer;
  }

  /**
   * Throws unless the buffers suit this stage.
   *
   * @throws IllegalArgumentException if the destination's kind is not this stage's, or a buffer is
   *     too small
   */
  void require(int size, Residual residual, Destination y) {
    if ((quantizer != null) != (y.codes() != null)) {
      throw new IllegalArgumentException(
          "output stage: expected "
              + (quantizer != null ? "codes" : "floats")
              + " as destination, got "
              + (y.codes() != null ? "codes" : "floats"));
    }
    y.requireSize(size);
    residual.requireSize(size);
  }
}
