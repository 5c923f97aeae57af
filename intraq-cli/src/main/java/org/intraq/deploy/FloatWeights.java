package org.intraq.deploy;

import org.intraq.quantize.WeightCodes;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.lowbit.BitPacking;

/**
 * Weights of a layer that computes in f32: codes at their real width, made floats for each call, or
 * f32 where the layer is not quantized.
 */
final class FloatWeights {
  private static final int CODES = 11;

  /** Codes unpacked at a time. */
  private static final int CHUNK = 4096;

  private final float[] plain;
  private final byte[] packed;
  private final int bits;
  private final int size;
  private final float[] zero;

  /** Weights that are not quantized. */
  FloatWeights(float[] plain) {
    this.plain = plain;
    this.packed = null;
    this.bits = 0;
    this.size = plain.length;
    this.zero = null;
  }

  /** Whole numbers q - zero. */
  FloatWeights(WeightCodes codes) {
    this.plain = null;
    this.bits = codes.bits();
    this.size = codes.codes().length;
    this.packed = new byte[(int) BitPacking.packedBytes(size, bits)];
    BitPacking.pack(codes.codes(), 0, size, bits, packed, 0);
    this.zero = new float[codes.channels()];
    for (int o = 0; o < zero.length; o++) {
      zero[o] = codes.zero()[o];
    }
  }

  /** Number of weights. */
  int size() {
    return size;
  }

  /** As {@code s4} or {@code f32}. */
  String type() {
    return bits == 0 ? "f32" : "s" + bits;
  }

  long sizeBytes() {
    return bits == 0 ? 4L * size : packed.length + 4L * zero.length;
  }

  /** Writes the weights as floats, in the engine's order. */
  void unpack(float[] to) {
    if (plain != null) {
      System.arraycopy(plain, 0, to, 0, size);
      return;
    }
    int oc = zero.length;
    // Whole rows of channels, a multiple of eight of them: the packed stream then starts at a byte.
    int rows = Math.max(8, CHUNK / oc / 8 * 8);
    byte[] codes = Scratch.bytes(CODES, Math.min(size, rows * oc));
    for (int first = 0; first < size; first += rows * oc) {
      int count = Math.min(rows * oc, size - first);
      BitPacking.unpackSigned(packed, 0, first, count, bits, codes, 0);
      for (int row = 0; row < count; row += oc) {
        subtract(codes, row, zero, oc, to, first + row);
      }
    }
  }

  private static void subtract(byte[] codes, int from, float[] zero, int oc, float[] to, int at) {
    for (int o = 0; o < oc; o++) {
      to[at + o] = codes[from + o] - zero[o];
    }
  }
}
