package org.intraq.tensor.kernel.lowbit;

import java.util.Arrays;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Weights of a depthwise convolution, [KH * KW][C], packed as {@link BitPacking} does. */
final class DepthwiseWeights extends PackedWeights {
  final byte[] codes;
  private final byte[] smallest;
  private final byte[] largest;

  /** What was found out for the zero points of the last stage. */
  private volatile Zeros zeros;

  DepthwiseWeights(Conv2dShape shape, CodeBits bits, byte[] w, int offset) {
    super(shape, bits, w, offset);
    int size = shape.weightSize();
    codes = new byte[(int) BitPacking.packedBytes(size, bits.weight())];
    BitPacking.pack(w, offset, size, bits.weight(), codes, 0);
    smallest = new byte[shape.oc()];
    largest = new byte[shape.oc()];
    Arrays.fill(smallest, Byte.MAX_VALUE);
    Arrays.fill(largest, Byte.MIN_VALUE);
    for (int i = 0; i < size; i++) {
      int o = i % shape.oc();
      smallest[o] = (byte) Math.min(smallest[o], w[offset + i]);
      largest[o] = (byte) Math.max(largest[o], w[offset + i]);
    }
  }

  /**
   * Zero points as the kernels take them.
   *
   * @param of the stage's own
   * @param narrow the same in 16 bits, right where {@code reach} fits into 16 bits
   * @param reach largest |q - zero| over all channels
   */
  record Zeros(int[] of, short[] narrow, int reach) {}

  Zeros zeros(OutputStage stage) {
    Zeros known = zeros;
    if (known == null || known.of != stage.weightZero) {
      known = narrow(stage.weightZero);
      zeros = known;
    }
    return known;
  }

  private Zeros narrow(int[] zero) {
    short[] narrow = new short[smallest.length];
    int reach = 0;
    for (int o = 0; o < smallest.length; o++) {
      narrow[o] = (short) zero[o];
      reach = Math.max(reach, Math.max(zero[o] - smallest[o], largest[o] - zero[o]));
    }
    return new Zeros(zero, narrow, reach);
  }

  @Override
  public long sizeBytes() {
    return codes.length;
  }

  @Override
  public long channelBytes() {
    return super.channelBytes() + 4L * smallest.length;
  }

  @Override
  public String strategy() {
    return "depthwise along channels";
  }
}
