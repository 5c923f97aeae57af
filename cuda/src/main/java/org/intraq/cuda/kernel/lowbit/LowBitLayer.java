package org.intraq.cuda.kernel.lowbit;

import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;

/**
 * The weights and the output stage of one layer on a device: codes as signed bytes, and a few
 * numbers for each output channel. Made once, run many times.
 */
public final class LowBitLayer implements AutoCloseable {
  /** Bytes that are copied together. */
  private static final int CHUNK = 16;

  private final Gpu gpu;
  private final CodeBits bits;
  private final Conv2dShape shape;
  private final LowBitStage stage;
  private final int inner;
  private final int rowBytes;
  private final boolean folded;
  private final long sizeBytes;
  private final long memory;
  private final long tables;
  private final long units;

  /**
   * Lays out and uploads.
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
    if ((long) bits.maxProduct() * taps > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          bits + " layer: expected sums within 32 bits, got windows of " + taps + " codes");
    }
    LowBitWeights weights = new LowBitWeights(shape, bits, w, stage.weightZero());
    this.inner = weights.inner();
    this.rowBytes = weights.rowBytes();
    this.folded = Arrays.equals(weights.folded(), stage.weightZero());
    byte[] bytes = weights.rows(2 * CHUNK);
    Arrays.fill(bytes, 0, CHUNK, (byte) stage.activationZero());
    var columns = stage.table(taps, weights.sums(), weights.folded());
    byte[] tiles = new byte[0];
    if (folded && LowBitWarpgroupCuda.takes(gpu, shape)) {
      tiles = LowBitWarpgroupCuda.layOut(weights, shape, paddingByte());
    }
    long[] addresses =
        upload(
            MemorySegment.ofArray(bytes),
            MemorySegment.ofArray(columns),
            MemorySegment.ofArray(tiles));
    memory = addresses[0];
    tables = addresses[1];
    units = addresses[2];
    sizeBytes = (long) bytes.length + tiles.length;
  }

  /** The activations' zero point as warpgroups read it. */
  private byte paddingByte() {
    return (byte)
        (stage.activationZero() ^ (bits.activation() == CodeBits.MAX ? LowBitStage.SHIFT : 0));
  }

  /** Where each part lies, 0 for an empty one; if one does not fit, none is left there. */
  private long[] upload(MemorySegment... parts) {
    long[] addresses = new long[parts.length];
    try {
      for (int i = 0; i < parts.length; i++) {
        if (parts[i].byteSize() > 0) {
          addresses[i] = gpu.pool().allocate(parts[i].byteSize());
          gpu.staging().upload(parts[i], addresses[i]);
        }
      }
    } catch (RuntimeException e) {
      release(addresses);
      throw e;
    }
    return addresses;
  }

  private void release(long... addresses) {
    for (long address : addresses) {
      if (address != 0) {
        gpu.pool().release(address);
      }
    }
  }

  /** Bytes of the weights as they lie on the device. */
  public long sizeBytes() {
    return sizeBytes;
  }

  CodeBits bits() {
    return bits;
  }

  LowBitStage stage() {
    return stage;
  }

  int inner() {
    return inner;
  }

  int rowBytes() {
    return rowBytes;
  }

  /** Whether the weights' zero points have been taken off all the codes. */
  boolean folded() {
    return folded;
  }

  /** Address of a chunk of the code that pads and of one of zeros. */
  long fill() {
    return memory;
  }

  /** Address of the rows of weights; the two chunks of {@link #fill} lie before it. */
  long rows() {
    return memory + 2 * CHUNK;
  }

  /** Address of the weights as {@link LowBitWarpgroupCuda} reads them; 0 if it cannot. */
  long units() {
    return units;
  }

  /** Address of one of the columns of {@link LowBitStage#table}. */
  long table(int index) {
    return tables + 4L * index * shape.oc();
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

  @Override
  public void close() {
    release(memory, tables, units);
  }
}
