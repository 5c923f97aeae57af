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

  /** Largest |q - zero| over all channels for the zero points {@code of} a stage. */
  private record Zeros(int[] of, int reach) {}

  /** What no sum of (u - activationZero) * (q - weightZero) exceeds. */
  long largest(int activationZero, int[] weightZero) {
    Zeros known = zeros;
    if (known == null || known.of != weightZero) {
      known = new Zeros(weightZero, reach(weightZero));
      zeros = known;
    }
    int activation =
        Math.max(Math.abs(activationZero), Math.abs(bits().maxActivation() - activationZero));
    return (long) activation * known.reach * taps();
  }

  private int reach(int[] zero) {
    int reach = 0;
    for (int o = 0; o < smallest.length; o++) {
      reach = Math.max(reach, Math.max(zero[o] - smallest[o], largest[o] - zero[o]));
    }
    return reach;
  }

  @Override
  public long sizeBytes() {
    return codes.length;
  }

  @Override
  public long channelBytes() {
    return super.channelBytes() + smallest.length + largest.length;
  }

  @Override
  public String strategy() {
    return "depthwise along channels";
  }
}
