package org.intraq.cuda.kernel.lowbit;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.BitPacking;
import org.intraq.tensor.kernel.lowbit.CodeBits;

/**
 * The weights and the output stage of one layer on a device: packed codes, and four numbers for
 * each output channel. Made once, run many times.
 */
public final class LowBitLayer implements AutoCloseable {
  /** Codes that the kernels unpack together; rows of weights are filled up to a multiple. */
  private static final int UNIT = 32;

  /** What kernels with signed bytes take off 8-bit activations. */
  private static final int SHIFT = 128;

  private final Gpu gpu;
  private final CodeBits bits;
  private final Conv2dShape shape;
  private final LowBitStage stage;
  private final int units;
  private final long codes;
  private final long tables;

  /**
   * Packs and uploads.
   *
   * @param shape geometry; its batch, height and width do not matter
   * @param w weight codes [KH, KW, IC/groups, OC], one a byte, each within its width
   * @throws IllegalArgumentException if the array is too short, a code is outside its width, or a
   *     sum could exceed 32 bits
   */
  public LowBitLayer(Gpu gpu, Conv2dShape shape, CodeBits bits, byte[] w, LowBitStage stage) {
    this.gpu = gpu;
    this.bits = bits;
    this.shape = shape;
    this.stage = stage;
    int taps = shape.kh() * shape.kw() * shape.icPerGroup();
    this.units = Math.ceilDiv(taps, UNIT);
    check(w, taps);
    int[] sums = new int[shape.oc()];
    byte[] packed = pack(w, taps, sums);
    int[] table = stage.table(taps, sums, bits.activation() == CodeBits.MAX ? SHIFT : 0);
    codes = gpu.pool().allocate(packed.length);
    tables = gpu.pool().allocate(4L * table.length);
    gpu.staging().upload(MemorySegment.ofArray(packed), codes);
    gpu.staging().upload(MemorySegment.ofArray(table), tables);
  }

  private void check(byte[] w, int taps) {
    if (w.length < shape.weightSize() || stage.channels() != shape.oc()) {
      throw new IllegalArgumentException(
          String.format(
              "low-bit layer: expected %d weight codes and a stage of %d channels, got %d and %d",
              shape.weightSize(), shape.oc(), w.length, stage.channels()));
    }
    if ((long) bits.maxProduct() * taps > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          bits + " layer: expected sums within 32 bits, got windows of " + taps + " codes");
    }
  }

  /** Rows [OC] of packed codes in order (r, s, c), filled up with zeros. */
  private byte[] pack(byte[] w, int taps, int[] sums) {
    int oc = shape.oc();
    int rowBytes = units * UNIT / 8 * bits.weight();
    byte[] row = new byte[units * UNIT];
    byte[] packed = new byte[oc * rowBytes];
    for (int o = 0; o < oc; o++) {
      for (int k = 0; k < taps; k++) {
        int code = w[k * oc + o];
        if (code < bits.minWeight() || code > bits.maxWeight()) {
          throw new IllegalArgumentException(
              String.format(
                  "%s layer: expected weight codes in [%d, %d], got %d at element %d",
                  bits, bits.minWeight(), bits.maxWeight(), code, k * oc + o));
        }
        row[k] = (byte) code;
        sums[o] += code;
      }
      BitPacking.pack(row, 0, row.length, bits.weight(), packed, o * rowBytes);
    }
    return packed;
  }

  /** Bytes of packed codes. */
  public long sizeBytes() {
    return (long) shape.oc() * units * UNIT / 8 * bits.weight();
  }

  CodeBits bits() {
    return bits;
  }

  LowBitStage stage() {
    return stage;
  }

  int units() {
    return units;
  }

  long codes() {
    return codes;
  }

  /** Address of zero points, corrections, multipliers (2) or offsets (3) of the channels. */
  long table(int index) {
    return tables + 4L * index * shape.oc();
  }

  /** Address of the corrections for sums that are stored as they are. */
  long rawCorrection() {
    return table(4);
  }

  /** Address of as many zeros. */
  long zeros() {
    return table(5);
  }

  /** Throws unless the layer was made for filters of this shape. */
  void require(Conv2dShape other) {
    if (other.kh() != shape.kh()
        || other.kw() != shape.kw()
        || other.ic() != shape.ic()
        || other.oc() != shape.oc()
        || other.groups() != shape.groups()) {
      throw new IllegalArgumentException(
          "low-bit layer: expected the filters of " + shape + ", got " + other);
    }
    boolean pads = other.padTop() + other.padLeft() + other.padBottom() + other.padRight() > 0;
    if (pads && (stage.activationZero() < 0 || stage.activationZero() > bits.maxActivation())) {
      throw new IllegalArgumentException(
          bits
              + " layer: expected a code for the padding, got zero point "
              + stage.activationZero()
              + "; choose an activation range that contains 0");
    }
  }

  /** The bytes of ints and floats, as the device holds them. */
  static int[] words(int[] first, int[] second, float[] third, float[] fourth, int[] fifth) {
    int n = first.length;
    ByteBuffer bytes = ByteBuffer.allocate(24 * n).order(ByteOrder.nativeOrder());
    bytes.asIntBuffer().put(first).put(second);
    bytes.position(8 * n);
    bytes.slice().order(ByteOrder.nativeOrder()).asFloatBuffer().put(third).put(fourth);
    bytes.position(16 * n);
    bytes.slice().order(ByteOrder.nativeOrder()).asIntBuffer().put(fifth);
    int[] words = new int[6 * n];
    bytes.rewind().order(ByteOrder.nativeOrder()).asIntBuffer().get(words);
    return words;
  }

  @Override
  public void close() {
    gpu.pool().release(codes);
    gpu.pool().release(tables);
  }
}
