package org.intraq.cuda.kernel.lowbit;

import java.util.Arrays;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;

/** The weight codes of a layer less their zero points, as the kernels read them. */
final class LowBitWeights {
  /** Codes that the kernels multiply at a time; rows of weights are filled up to a multiple. */
  private static final int DEPTH = 64;

  private final Conv2dShape shape;
  private final byte[] w;
  private final int[] folded;
  private final int[] sums;
  private final int inner;
  private final int rowBytes;

  /**
   * Checks the codes.
   *
   * @throws IllegalArgumentException if the array is too short or a code is outside its width
   */
  LowBitWeights(Conv2dShape shape, CodeBits bits, byte[] w, int[] zeros) {
    if (w.length < shape.weightSize() || zeros.length != shape.oc()) {
      throw new IllegalArgumentException(
          String.format(
              "low-bit layer: expected %d weight codes and a stage of %d channels, got %d and %d",
              shape.weightSize(), shape.oc(), w.length, zeros.length));
    }
    this.shape = shape;
    this.w = w;
    this.sums = sums(shape, bits, w);
    this.folded = folded(bits, zeros);
    int channels = shape.icPerGroup();
    this.inner = !LowBitCuda.narrow(shape) && channels % DEPTH == 0 ? DEPTH : channels;
    this.rowBytes = Math.ceilDiv(taps() * channels, DEPTH) * DEPTH;
  }

  private static int[] sums(Conv2dShape shape, CodeBits bits, byte[] w) {
    int[] sums = new int[shape.oc()];
    for (int i = 0; i < shape.weightSize(); i++) {
      if (w[i] < bits.minWeight() || w[i] > bits.maxWeight()) {
        throw new IllegalArgumentException(
            String.format(
                "%s layer: expected weight codes in [%d, %d], got %d at element %d",
                bits, bits.minWeight(), bits.maxWeight(), w[i], i));
      }
      sums[i % shape.oc()] += w[i];
    }
    return sums;
  }

  /** The zero points of those channels whose codes less the zero point are signed bytes. */
  private static int[] folded(CodeBits bits, int[] zeros) {
    int least = bits.maxWeight() - Byte.MAX_VALUE;
    int most = bits.minWeight() - Byte.MIN_VALUE;
    return Arrays.stream(zeros).map(z -> z >= least && z <= most ? z : 0).toArray();
  }

  private int taps() {
    return shape.kh() * shape.kw();
  }

  /** What has been taken off the codes of each channel. */
  int[] folded() {
    return folded;
  }

  /** [OC] the sums of the codes as they were given. */
  int[] sums() {
    return sums;
  }

  /** Channels that follow each other in a row before the next tap does. */
  int inner() {
    return inner;
  }

  /** Bytes of an output channel. */
  int rowBytes() {
    return rowBytes;
  }

  /** The code less the channel's zero point, if that is folded. */
  byte code(int tap, int channel, int o) {
    return (byte) (w[(tap * shape.icPerGroup() + channel) * shape.oc() + o] - folded[o]);
  }

  /**
   * `before` bytes of zeros, then a row for each output channel: slabs of {@link #inner} channels
   * outermost, then taps, then the slab's channels; then zeros, because tiles reach beyond the last
   * channel.
   */
  byte[] rows(int before) {
    int perGroup = shape.ocPerGroup();
    int width = LowBitCuda.columns(shape);
    int count = shape.oc() - perGroup + Math.ceilDiv(perGroup, width) * width;
    byte[] rows = new byte[before + count * rowBytes];
    for (int o = 0; o < shape.oc(); o++) {
      for (int tap = 0; tap < taps(); tap++) {
        for (int c = 0; c < shape.icPerGroup(); c++) {
          int k = (c / inner * taps() + tap) * inner + c % inner;
          rows[before + o * rowBytes + k] = code(tap, c, o);
        }
      }
    }
    return rows;
  }
}
