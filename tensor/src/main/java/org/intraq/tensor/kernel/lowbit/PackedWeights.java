package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Weight codes in the layout of one kernel, with what the output stage needs to know of them.
 *
 * <p>Made once for a layer by {@link LowBitConvolution#pack}; immutable, shared by threads.
 */
public abstract class PackedWeights {
  private final CodeBits bits;
  private final int kh;
  private final int kw;
  private final int icPerGroup;
  private final int oc;
  private final int groups;

  /** Sums of the codes of every output channel, in 16 bits where all that there can be fit. */
  private final short[] narrowSums;

  private final int[] wideSums;

  /**
   * Adds up the codes of every output channel.
   *
   * @throws IllegalArgumentException if a code is outside the width, or a sum of products could
   *     exceed 32 bits
   */
  PackedWeights(Conv2dShape shape, CodeBits bits, byte[] w, int offset) {
    this.bits = bits;
    this.kh = shape.kh();
    this.kw = shape.kw();
    this.icPerGroup = shape.icPerGroup();
    this.oc = shape.oc();
    this.groups = shape.groups();
    if ((long) bits.maxProduct() * taps() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          bits + " convolution: expected sums within 32 bits, got windows of " + taps() + " codes");
    }
    int[] codeSums = new int[oc];
    for (int i = 0; i < shape.weightSize(); i++) {
      int code = w[offset + i];
      if (code < bits.minWeight() || code > bits.maxWeight()) {
        throw new IllegalArgumentException(
            String.format(
                "%s convolution: expected weight codes in [%d, %d], got %d at element %d",
                bits, bits.minWeight(), bits.maxWeight(), code, i));
      }
      codeSums[i % oc] += code;
    }
    boolean narrow = -(long) bits.minWeight() * taps() <= Short.MAX_VALUE;
    this.wideSums = narrow ? null : codeSums;
    this.narrowSums = narrow ? new short[oc] : null;
    for (int o = 0; narrow && o < oc; o++) {
      narrowSums[o] = (short) codeSums[o];
    }
  }

  /** Widths of the operands this layout is for. */
  public final CodeBits bits() {
    return bits;
  }

  /** Number of products in one sum: KH * KW * IC / groups. */
  public final int taps() {
    return kh * kw * icPerGroup;
  }

  /** Number of output channels. */
  public final int outputChannels() {
    return oc;
  }

  /** Number of groups. */
  public final int groups() {
    return groups;
  }

  /** Sum of the weight codes of one output channel. */
  public final int codeSum(int channel) {
    return narrowSums != null ? narrowSums[channel] : wideSums[channel];
  }

  /** Size in bytes of the packed codes. */
  public abstract long sizeBytes();

  /** Bytes that the numbers of the channels take in memory. */
  public long channelBytes() {
    return (narrowSums != null ? 2L : 4L) * oc;
  }

  /** Name of the strategy that reads this layout. */
  public abstract String strategy();

  /** Name of what computes a convolution of that shape with that stage behind it. */
  public String strategy(Conv2dShape shape, OutputStage stage) {
    return strategy();
  }

  /**
   * Throws unless this layout was packed for filters of the given shape and for the given
   * activations.
   *
   * @throws IllegalArgumentException if it was not, or padding would need a code that does not
   *     exist
   */
  final void require(Conv2dShape shape, Activations x) {
    if (shape.kh() != kh
        || shape.kw() != kw
        || shape.icPerGroup() != icPerGroup
        || shape.oc() != oc
        || shape.groups() != groups) {
      throw new IllegalArgumentException(
          String.format(
              "%s convolution: expected weights packed for %s, got %dx%dx%dx%d in %d groups",
              bits, shape, kh, kw, icPerGroup, oc, groups));
    }
    if (x.bits() != bits.activation()) {
      throw new IllegalArgumentException(
          bits + " convolution: expected activations of that width, got " + x.bits() + " bits");
    }
    boolean pads = shape.padTop() + shape.padLeft() + shape.padBottom() + shape.padRight() > 0;
    if (pads && (x.zero() < 0 || x.zero() > bits.maxActivation())) {
      throw new IllegalArgumentException(
          bits
              + " convolution: expected a code for the padding, got zero point "
              + x.zero()
              + "; choose an activation range that contains 0");
    }
    x.requireSize(shape.inputSize(), "low-bit convolution");
  }
}
