package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** What a convolution does with its sums: hand them out, or run the output stage on them. */
abstract class OutputStageSimd {
  /** x + 1.5 * 2^23 has round(x), half to even, in its low bits, for |x| <= 2^22. */
  static final float ROUND = 0x1.8p23f;

  static final int ROUND_BITS = Float.floatToRawIntBits(ROUND);

  /**
   * Sums of neighbouring pixels of one output row, for neighbouring channels. Every thread has one
   * of its own, so that a call makes none.
   */
  static final class Rows {
    private static final ThreadLocal<Rows> OWN = ThreadLocal.withInitial(Rows::new);

    int[] acc;
    int at;
    int stride;
    int pixels;
    int size;
    int[] windows;
    int windowsAt;
    int windowStride;
    boolean perChannel;
    int channel;
    int to;
    int oc;
    int windowTo;
    int windowToStride;

    private Rows() {}

    /**
     * The calling thread's, until it asks again.
     *
     * @param acc sums; whole vectors can be read from every row
     * @param at first sum
     * @param stride from one pixel to the next in acc
     * @param pixels number of pixels
     * @param size number of channels
     * @param windows sums of the activation codes of the windows; null if the sums are corrected
     * @param windowsAt first window sum
     * @param windowStride from one pixel's window sums to the next; 1 if its channels share one
     * @param perChannel whether every channel has a window sum of its own (depthwise)
     * @param channel first channel
     * @param to index in the result of the first pixel's first channel
     * @param oc channels of the result, the distance of its pixels
     * @param windowTo index of the first pixel's window sum among all window sums
     * @param windowToStride distance of neighbouring pixels' window sums; 0 if not to be stored
     */
    static Rows of(
        int[] acc,
        int at,
        int stride,
        int pixels,
        int size,
        int[] windows,
        int windowsAt,
        int windowStride,
        boolean perChannel,
        int channel,
        int to,
        int oc,
        int windowTo,
        int windowToStride) {
      Rows r = OWN.get();
      r.acc = acc;
      r.at = at;
      r.stride = stride;
      r.pixels = pixels;
      r.size = size;
      r.windows = windows;
      r.windowsAt = windowsAt;
      r.windowStride = windowStride;
      r.perChannel = perChannel;
      r.channel = channel;
      r.to = to;
      r.oc = oc;
      r.windowTo = windowTo;
      r.windowToStride = windowToStride;
      return r;
    }
  }

  /** Takes sums. */
  abstract void take(Rows rows);

  /** Stores the sums themselves. */
  static final class Sums extends OutputStageSimd {
    private final int[] acc;
    private final int accOffset;
    private final int[] sums;
    private final int sumsOffset;

    Sums(int[] acc, int accOffset, int[] sums, int sumsOffset) {
      this.acc = acc;
      this.accOffset = accOffset;
      this.sums = sums;
      this.sumsOffset = sumsOffset;
    }

    @Override
    void take(Rows r) {
      int width = r.perChannel ? r.size : r.windowToStride == 0 ? 0 : 1;
      for (int i = 0; i < r.pixels; i++) {
        System.arraycopy(r.acc, r.at + i * r.stride, acc, accOffset + r.to + i * r.oc, r.size);
        System.arraycopy(
            r.windows,
            r.windowsAt + i * r.windowStride,
            sums,
            sumsOffset + r.windowTo + i * r.windowToStride,
            width);
      }
    }
  }

  /** Runs an {@link OutputStage} and stores its result. */
  static final class Stored extends OutputStageSimd {
    private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int LANES = I.length();

    /** As many bytes as a vector has lanes; at 128 bits twice as many, of which half are used. */
    private static final VectorSpecies<Byte> B =
        VectorSpecies.of(byte.class, VectorShape.forBitSize(Math.max(64, I.vectorBitSize() / 4)));

    private static final float NO_CAP = OutputStage.NO_CAP;
    private static final boolean FULL_BYTES = B.length() == LANES;

    final OutputStage stage;
    final Residual residual;
    final Destination y;

    /** Whether all that happens to y can be done with its code. */
    private final boolean codes;

    private final OutputStagePasses passes;

    Stored(OutputStage stage, Residual residual, Destination y) {
      this.stage = stage;
      this.residual = residual;
      this.y = y;
      this.passes = new OutputStagePasses(stage, residual, y);
      this.codes = FULL_BYTES && stage.quantizer != null && stage.isFinite();
    }

    @Override
    void take(Rows r) {
      int whole = 0;
      // A loop for each frequent case: a vector that one of two branches made would be boxed.
      if (codes && residual.isNone() && r.windows == null) {
        whole = r.size / LANES * LANES;
        codes(r, whole);
      } else if (codes && residual.isNone() && !r.perChannel) {
        whole = r.size / LANES * LANES;
        correctedCodes(r, whole);
      } else if (codes && !Float.isNaN(residual.reciprocal()) && r.windows == null) {
        whole = r.size / LANES * LANES;
        residualCodes(r, whole);
      } else if (residual.isNone() && stage.quantizer == null && r.windows == null) {
        whole = r.size / LANES * LANES;
        floats(r, whole);
      }
      passes.take(r, whole);
    }

    /**
     * Corrected sums to codes. The clamp comes behind the rounding, in whole numbers: adding {@link
     * #ROUND} keeps the order of floats of any size, and the bits of floats are in the order of the
     * floats.
     */
    private void codes(Rows r, int size) {
      CodeQuantizer quantizer = stage.quantizer;
      int zeroth = ROUND_BITS - (1 << (quantizer.bits() - 1));
      FloatVector m = FloatVector.broadcast(F, quantizer.m());
      FloatVector z = FloatVector.broadcast(F, quantizer.z());
      IntVector first = IntVector.broadcast(I, zeroth + stage.firstCode());
      IntVector last = IntVector.broadcast(I, zeroth + stage.lastCode());
      int[] acc = r.acc;
      byte[] y = this.y.codes();
      for (int c = 0; c < size; c += LANES) {
        FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, r.channel + c);
        FloatVector offset = FloatVector.fromArray(F, stage.offset, r.channel + c);
        int at = r.at + c;
        int to = this.y.offset() + r.to + c;
        for (int i = 0; i < r.pixels; i++, at += r.stride, to += r.oc) {
          FloatVector value =
              ((FloatVector) IntVector.fromArray(I, acc, at).convert(VectorOperators.I2F, 0))
                  .lanewise(FMA, multiplier, offset);
          IntVector code = value.mul(m).sub(z).add(ROUND).reinterpretAsInts();
          ((ByteVector)
                  code.max(first).min(last).sub(zeroth).convertShape(VectorOperators.I2B, B, 0))
              .intoArray(y, to);
        }
      }
    }

    /** The same with a residual of codes, whose division is a product and a correction. */
    private void residualCodes(Rows r, int size) {
      CodeQuantizer quantizer = stage.quantizer;
      int zeroth = ROUND_BITS - (1 << (quantizer.bits() - 1));
      FloatVector m = FloatVector.broadcast(F, quantizer.m());
      FloatVector z = FloatVector.broadcast(F, quantizer.z());
      IntVector first = IntVector.broadcast(I, zeroth + stage.firstCode());
      IntVector last = IntVector.broadcast(I, zeroth + stage.lastCode());
      FloatVector reciprocal = FloatVector.broadcast(F, residual.reciprocal());
      FloatVector minusM = FloatVector.broadcast(F, -residual.m());
      int residualZero = residual.zero();
      byte[] added = residual.codes();
      int distance = residual.offset() - this.y.offset();
      int[] acc = r.acc;
      byte[] y = this.y.codes();
      for (int c = 0; c < size; c += LANES) {
        FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, r.channel + c);
        FloatVector offset = FloatVector.fromArray(F, stage.offset, r.channel + c);
        int at = r.at + c;
        int to = this.y.offset() + r.to + c;
        for (int i = 0; i < r.pixels; i++, at += r.stride, to += r.oc) {
          FloatVector value =
              ((FloatVector) IntVector.fromArray(I, acc, at).convert(VectorOperators.I2F, 0))
                  .lanewise(FMA, multiplier, offset);
          IntVector wide =
              (IntVector)
                  ByteVector.fromArray(B, added, to + distance)
                      .convertShape(VectorOperators.ZERO_EXTEND_B2I, I, 0);
          FloatVector whole = (FloatVector) wide.sub(residualZero).convert(VectorOperators.I2F, 0);
          FloatVector quotient = whole.mul(reciprocal);
          quotient = quotient.lanewise(FMA, minusM, whole).lanewise(FMA, reciprocal, quotient);
          IntVector code = value.add(quotient).mul(m).sub(z).add(ROUND).reinterpretAsInts();
          ((ByteVector)
                  code.max(first).min(last).sub(zeroth).convertShape(VectorOperators.I2B, B, 0))
              .intoArray(y, to);
        }
      }
    }

    /** Sums to codes, with the correction by the sums of their windows. */
    private void correctedCodes(Rows r, int size) {
      CodeQuantizer quantizer = stage.quantizer;
      int zeroth = ROUND_BITS - (1 << (quantizer.bits() - 1));
      FloatVector m = FloatVector.broadcast(F, quantizer.m());
      FloatVector z = FloatVector.broadcast(F, quantizer.z());
      IntVector first = IntVector.broadcast(I, zeroth + stage.firstCode());
      IntVector last = IntVector.broadcast(I, zeroth + stage.lastCode());
      int[] acc = r.acc;
      byte[] y = this.y.codes();
      for (int c = 0; c < size; c += LANES) {
        IntVector zero = IntVector.fromArray(I, stage.weightZero, r.channel + c);
        IntVector correction =
            IntVector.fromArray(I, stage.correction, stage.correctionAt(r.channel + c));
        FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, r.channel + c);
        FloatVector offset = FloatVector.fromArray(F, stage.offset, r.channel + c);
        int at = r.at + c;
        int to = this.y.offset() + r.to + c;
        for (int i = 0; i < r.pixels; i++, at += r.stride, to += r.oc) {
          IntVector sum =
              IntVector.fromArray(I, acc, at)
                  .sub(zero.mul(r.windows[r.windowsAt + i * r.windowStride]))
                  .add(correction);
          FloatVector value =
              ((FloatVector) sum.convert(VectorOperators.I2F, 0)).lanewise(FMA, multiplier, offset);
          IntVector code = value.mul(m).sub(z).add(ROUND).reinterpretAsInts();
          ((ByteVector)
                  code.max(first).min(last).sub(zeroth).convertShape(VectorOperators.I2B, B, 0))
              .intoArray(y, to);
        }
      }
    }

    /** Sums that are corrected already to floats, for whole vectors of channels. */
    private void floats(Rows r, int size) {
      FloatVector cap = FloatVector.broadcast(F, stage.activation ? stage.cap : NO_CAP);
      FloatVector floor = FloatVector.broadcast(F, stage.activation ? 0f : -NO_CAP);
      int[] acc = r.acc;
      float[] y = this.y.values();
      for (int c = 0; c < size; c += LANES) {
        FloatVector multiplier = FloatVector.fromArray(F, stage.multiplier, r.channel + c);
        FloatVector offset = FloatVector.fromArray(F, stage.offset, r.channel + c);
        int at = r.at + c;
        int to = this.y.offset() + r.to + c;
        for (int i = 0; i < r.pixels; i++, at += r.stride, to += r.oc) {
          FloatVector value =
              ((FloatVector) IntVector.fromArray(I, acc, at).convert(VectorOperators.I2F, 0))
                  .lanewise(FMA, multiplier, offset);
          value = value.blend(floor, value.compare(VectorOperators.LT, floor));
          value.blend(cap, value.compare(VectorOperators.GT, cap)).intoArray(y, to);
        }
      }
    }
  }
}
