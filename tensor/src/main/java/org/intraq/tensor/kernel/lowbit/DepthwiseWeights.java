package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Weights of a depthwise convolution, [KH * KW][C], packed as {@link BitPacking} does. */
final class DepthwiseWeights extends PackedWeights {
  final byte[] codes;

  DepthwiseWeights(Conv2dShape shape, CodeBits bits, byte[] w, int offset) {
    super(shape, bits, w, offset);
    int size = shape.weightSize();
    codes = new byte[(int) BitPacking.packedBytes(size, bits.weight())];
    BitPacking.pack(w, offset, size, bits.weight(), codes, 0);
  }

  @Override
  public long sizeBytes() {
    return codes.length;
  }

  @Override
  public String strategy() {
    return "depthwise along channels";
  }
}
