package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;

/**
 * An {@link OutputStage} of any kind, for all or the last channels of rows of sums: a pass for each
 * of its operations, over a vector of channels of some pixels that stay in the cache.
 *
 * <p>One loop with a branch for each operation would do with fewer loads. Its vectors would come
 * from one of several branches, and whether the compiler then keeps them in registers or as objects
 * depends on what it saw before (2.4 MB a call for eight images of ResNet-20).
 */
final class OutputStagePasses {
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = I.length();

  /** As many bytes as a vector has lanes; at 128 bits twice as many, which have no use here. */
  private static final VectorSpecies<Byte> B =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, I.vectorBitSize() / 4)));

  private static final boolean FULL_BYTES = B.length() == LANES;

  /** Pixels of a pass: 4 KB of values at 512 bits. */
  static final int PIXELS = 64;

  private static final int SLOT = 12;

  private final OutputStage stage;
  private final Residual residual;
  private final Destination y;

  OutputStagePasses(OutputStage stage, Residual residual, Destination y) {
    this.stage = stage;
    this.residual = residual;
    this.y = y;
  }

  /** Takes the channels of {@code r} from {@code first} on. */
  void take(OutputStageSimd.Rows r, int first) {
    if (first >= r.size) {
      return;
    }
    float[] values = Scratch.floats(SLOT, PIXELS * LANES);
    boolean overlaps = r.size >= LANES && !addsToItself();
    for (int next = first; next < r.size; next += LANES) {
      // The last vector begins earlier: what is stored twice has the same bits.
      int c = overlaps ? Math.min(next, r.size - LANES) : next;
      int live = Math.min(LANES, r.size - c);
      for (int i = 0; i < r.pixels; i += PIXELS) {
        int count = Math.min(PIXELS, r.pixels - i);
        int to = r.to + i * r.oc + c;
        linear(r, c, i, count, values);
        addResidual(values, count, live, to, r.oc);
        if (stage.activation) {
          clamp(values, count * LANES);
        }
        store(values, count, live, y.offset() + to, r.oc);
      }
    }
  }

  private boolean addsToItself() {
    return residual.codes() != null && residual.codes() == y.codes()
        || residual.values() != null && residual.values() == y.values();
  }

  /** values = fma(corrected sum, multiplier, offset). */
  private void linear(OutputStageSimd.Rows r, int c, int first, int count, float[] values) {
    int at = r.at + first * r.stride + c;
    int window = r.windowsAt + first * r.windowStride;
    if (r.windows == null) {
      corrected(r.acc, at, r.stride, r.channel + c, count, values);
    } else if (r.perChannel) {
      perChannel(r, at, window + c, r.channel + c, count, values);
    } else {
      perWindow(r, at, window, r.channel + c, count, values);
    }
  }

  private void corrected(int[] acc, int at, int stride, int c, int count, float[] values) {
    FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, c);
    FloatVector offset = FloatVector.fromArray(F, stage.offset, c);
    for (int i = 0; i < count; i++) {
      ((FloatVector) IntVector.fromArray(I, acc, at + i * stride).convert(VectorOperators.I2F, 0))
          .lanewise(FMA, multiplier, offset)
          .intoArray(values, i * LANES);
    }
  }

  private void perWindow(
      OutputStageSimd.Rows r, int at, int window, int c, int count, float[] values) {
    IntVector zero = IntVector.fromArray(I, stage.weightZero, c);
    IntVector correction = IntVector.fromArray(I, stage.correction, stage.correctionAt(c));
    FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, c);
    FloatVector offset = FloatVector.fromArray(F, stage.offset, c);
    for (int i = 0; i < count; i++) {
      ((FloatVector)
              IntVector.fromArray(I, r.acc, at + i * r.stride)
                  .sub(zero.mul(r.windows[window + i * r.windowStride]))
                  .add(correction)
                  .convert(VectorOperators.I2F, 0))
          .lanewise(FMA, multiplier, offset)
          .intoArray(values, i * LANES);
    }
  }

  private void perChannel(
      OutputStageSimd.Rows r, int at, int window, int c, int count, float[] values) {
    IntVector zero = IntVector.fromArray(I, stage.weightZero, c);
    IntVector correction = IntVector.fromArray(I, stage.correction, stage.correctionAt(c));
    FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, c);
    FloatVector offset = FloatVector.fromArray(F, stage.offset, c);
    for (int i = 0; i < count; i++) {
      IntVector sums = IntVector.fromArray(I, r.windows, window + i * r.windowStride);
      ((FloatVector)
              IntVector.fromArray(I, r.acc, at + i * r.stride)
                  .sub(zero.mul(sums))
                  .add(correction)
                  .convert(VectorOperators.I2F, 0))
          .lanewise(FMA, multiplier, offset)
          .intoArray(values, i * LANES);
    }
  }

  private void addResidual(float[] values, int count, int live, int to, int oc) {
    int from = residual.offset() + to;
    if (residual.values() != null && live == LANES) {
      addValues(values, count, residual.values(), from, oc);
    } else if (residual.codes() != null && live == LANES && FULL_BYTES) {
      addCodes(values, count, residual.codes(), from, oc);
    } else if (!residual.isNone()) {
      addFew(values, count, live, from, oc);
    }
  }

  private static void addValues(float[] values, int count, float[] added, int from, int oc) {
    for (int i = 0; i < count; i++) {
      FloatVector.fromArray(F, values, i * LANES)
          .lanewise(ADD, FloatVector.fromArray(F, added, from + i * oc))
          .intoArray(values, i * LANES);
    }
  }

  private void addCodes(float[] values, int count, byte[] added, int from, int oc) {
    int zero = residual.zero();
    float m = residual.m();
    for (int i = 0; i < count; i++) {
      IntVector wide =
          (IntVector)
              ByteVector.fromArray(B, added, from + i * oc)
                  .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0);
      FloatVector whole = (FloatVector) wide.sub(zero).convert(VectorOperators.I2F, 0);
      FloatVector.fromArray(F, values, i * LANES)
          .lanewise(ADD, whole.div(m))
          .intoArray(values, i * LANES);
    }
  }

  /** Fewer channels than a vector has lanes, or no vector of as many bytes. */
  private void addFew(float[] values, int count, int live, int from, int oc) {
    float[] added = residual.values();
    byte[] codes = residual.codes();
    for (int i = 0; i < count; i++) {
      for (int k = 0; k < live; k++) {
        int at = from + i * oc + k;
        values[i * LANES + k] +=
            added != null
                ? added[at]
                : (Byte.toUnsignedInt(codes[at]) - residual.zero()) / residual.m();
      }
    }
  }

  /** Comparisons and blends: lanewise MAX and MIN cost eight instructions for NaN and -0. */
  private void clamp(float[] values, int size) {
    for (int at = 0; at < size; at += LANES) {
      FloatVector value = FloatVector.fromArray(F, values, at);
      value = value.blend(0f, value.compare(VectorOperators.LT, 0f));
      value.blend(stage.cap, value.compare(VectorOperators.GT, stage.cap)).intoArray(values, at);
    }
  }

  private void store(float[] values, int count, int live, int to, int oc) {
    if (stage.quantizer == null) {
      for (int i = 0; i < count; i++) {
        System.arraycopy(values, i * LANES, y.values(), to + i * oc, live);
      }
    } else if (live == LANES && FULL_BYTES) {
      quantize(values, count, y.codes(), to, oc);
    } else {
      int wide = B.length();
      byte[] codes = Scratch.bytes(SLOT, PIXELS * wide);
      quantize(values, count, codes, 0, wide);
      for (int i = 0; i < count; i++) {
        System.arraycopy(codes, i * wide, y.codes(), to + i * oc, live);
      }
    }
  }

  /** A whole vector of bytes for each pixel. */
  private void quantize(float[] values, int count, byte[] codes, int to, int stride) {
    CodeQuantizer quantizer = stage.quantizer;
    int half = 1 << (quantizer.bits() - 1);
    int zeroth = OutputStageSimd.ROUND_BITS - half;
    FloatVector lowest = FloatVector.broadcast(F, -half);
    for (int i = 0; i < count; i++) {
      FloatVector shifted =
          FloatVector.fromArray(F, values, i * LANES).mul(quantizer.m()).sub(quantizer.z());
      shifted = shifted.blend(half - 1f, shifted.compare(VectorOperators.GT, half - 1f));
      IntVector code =
          lowest
              .blend(shifted, shifted.compare(VectorOperators.GE, -half))
              .add(OutputStageSimd.ROUND)
              .reinterpretAsInts()
              .sub(zeroth);
      ((ByteVector) code.convertShape(VectorOperators.I2B, B, 0)).intoArray(codes, to + i * stride);
    }
  }
}
