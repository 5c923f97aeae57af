package org.intraq.tensor.kernel.quantize;

import static jdk.incubator.vector.VectorOperators.ADD;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.elementary.FloatMath;
import org.intraq.tensor.parallel.Ranges;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link FakeQuantize} on vectors: one pass over memory.
 *
 * <p>Rounding adds and subtracts 1.5 * 2^23, which rounds half to even (the mode of every IEEE
 * addition) for |v| &lt;= 2^22. That holds because the value is clamped <em>before</em> it is
 * rounded, which gives the same code: the bounds are whole numbers, and rounding is monotone and
 * keeps whole numbers where they are. Clamping by comparison lets NaN through.
 */
public final class FakeQuantizeSimd implements FakeQuantize {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Elements of one task: two arrays of 64 KiB, so that a task outlasts its start by far. */
  private static final int TASK = 16384;

  private final Workers workers;

  /** A kernel that shares its elements out to {@code workers}. */
  public FakeQuantizeSimd(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void quantize(
      AffineQuantizer quantizer, int n, float[] x, int xOffset, float[] y, int yOffset) {
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(yOffset, n, y.length);
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) -> quantizeRange(quantizer, to - from, x, xOffset + from, y, yOffset + from));
  }

  private static void quantizeRange(
      AffineQuantizer quantizer, int n, float[] x, int xFrom, float[] y, int yFrom) {
    FloatVector multiplier = FloatVector.broadcast(SPECIES, quantizer.multiplier());
    FloatVector offset = FloatVector.broadcast(SPECIES, quantizer.offset());
    float lowest = AffineQuantizer.lowest(quantizer.bits());
    float highest = AffineQuantizer.highest(quantizer.bits());
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i).mul(multiplier).sub(offset);
      v = v.blend(lowest, v.compare(VectorOperators.LT, lowest));
      v = v.blend(highest, v.compare(VectorOperators.GT, highest));
      v = v.lanewise(ADD, FloatMath.ROUNDER).sub(FloatMath.ROUNDER);
      v.add(offset).div(multiplier).intoArray(y, yFrom + i);
    }
    for (; i < n; i++) {
      y[yFrom + i] = quantizer.value(x[xFrom + i]);
    }
  }

  @Override
  public void maskedGradient(
      AffineQuantizer quantizer,
      int n,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(dyOffset, n, dy.length);
    Objects.checkFromIndexSize(dxOffset, n, dx.length);
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) ->
            maskedRange(
                quantizer, to - from, x, xOffset + from, dy, dyOffset + from, dx, dxOffset + from));
  }

  private static void maskedRange(
      AffineQuantizer quantizer,
      int n,
      float[] x,
      int xFrom,
      float[] dy,
      int dyFrom,
      float[] dx,
      int dxFrom) {
    FloatVector multiplier = FloatVector.broadcast(SPECIES, quantizer.multiplier());
    FloatVector offset = FloatVector.broadcast(SPECIES, quantizer.offset());
    float first = firstInside(quantizer.bits());
    float last = lastInside(quantizer.bits());
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i).mul(multiplier).sub(offset);
      VectorMask<Float> inside =
          v.compare(VectorOperators.GE, first).and(v.compare(VectorOperators.LE, last));
      FloatVector gradient = FloatVector.fromArray(SPECIES, dy, dyFrom + i);
      FloatVector.zero(SPECIES).blend(gradient, inside).intoArray(dx, dxFrom + i);
    }
    for (; i < n; i++) {
      dx[dxFrom + i] = quantizer.inside(x[xFrom + i]) ? dy[dyFrom + i] : 0f;
    }
  }

  /** The smallest float that rounds to a code: a tie goes to the even neighbour. */
  static float firstInside(int bits) {
    float tie = AffineQuantizer.lowest(bits) - 0.5f;
    return Math.rint(tie) < AffineQuantizer.lowest(bits) ? Math.nextUp(tie) : tie;
  }

  /** The largest float that rounds to a code. */
  static float lastInside(int bits) {
    float tie = AffineQuantizer.highest(bits) + 0.5f;
    return Math.rint(tie) > AffineQuantizer.highest(bits) ? Math.nextDown(tie) : tie;
  }

  @Override
  public void codes(
      AffineQuantizer quantizer, int n, float[] x, int xOffset, byte[] codes, int codesOffset) {
    AffineQuantizer.checkBits(quantizer.bits(), Byte.SIZE);
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(codesOffset, n, codes.length);
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) ->
            codesRange(quantizer, to - from, x, xOffset + from, codes, codesOffset + from));
  }

  private static void codesRange(
      AffineQuantizer quantizer, int n, float[] x, int xFrom, byte[] codes, int codesFrom) {
    FloatVector multiplier = FloatVector.broadcast(SPECIES, quantizer.multiplier());
    FloatVector offset = FloatVector.broadcast(SPECIES, quantizer.offset());
    float lowest = AffineQuantizer.lowest(quantizer.bits());
    float highest = AffineQuantizer.highest(quantizer.bits());
    int i = 0;
    if (CodeBytes.VECTOR) {
      for (; i <= n - LANES; i += LANES) {
        FloatVector v = FloatVector.fromArray(SPECIES, x, xFrom + i).mul(multiplier).sub(offset);
        v = v.blend(lowest, v.compare(VectorOperators.LT, lowest));
        v = v.blend(highest, v.compare(VectorOperators.GT, highest));
        CodeBytes.store(v, codes, codesFrom + i);
      }
    }
    for (; i < n; i++) {
      codes[codesFrom + i] = (byte) quantizer.code(x[xFrom + i]);
    }
  }

  @Override
  public void quantizeChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      float[] y,
      int yOffset) {
    Objects.checkFromIndexSize(yOffset, checkedSize(rows, channels, w, wOffset), y.length);
    ChannelQuantizers quantizers = new ChannelQuantizers(bits, channels, ranges, rangesOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(channels),
        (from, to) -> {
          for (int row = from * channels; row < to * channels; row += channels) {
            quantizers.quantizeRow(w, wOffset + row, y, yOffset + row);
          }
        });
  }

  @Override
  public void maskedGradientChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      float[] dy,
      int dyOffset,
      float[] dw,
      int dwOffset) {
    Objects.checkFromIndexSize(dyOffset, checkedSize(rows, channels, w, wOffset), dy.length);
    Objects.checkFromIndexSize(dwOffset, rows * channels, dw.length);
    ChannelQuantizers quantizers = new ChannelQuantizers(bits, channels, ranges, rangesOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(channels),
        (from, to) -> {
          for (int row = from * channels; row < to * channels; row += channels) {
            quantizers.maskRow(w, wOffset + row, dy, dyOffset + row, dw, dwOffset + row);
          }
        });
  }

  @Override
  public void codesChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      byte[] codes,
      int codesOffset) {
    AffineQuantizer.checkBits(bits, Byte.SIZE);
    Objects.checkFromIndexSize(codesOffset, checkedSize(rows, channels, w, wOffset), codes.length);
    ChannelQuantizers quantizers = new ChannelQuantizers(bits, channels, ranges, rangesOffset);
    Ranges.run(
        workers,
        rows,
        rowsPerTask(channels),
        (from, to) -> {
          for (int row = from * channels; row < to * channels; row += channels) {
            quantizers.codesRow(w, wOffset + row, codes, codesOffset + row);
          }
        });
  }

  private static int rowsPerTask(int channels) {
    return Math.max(1, TASK / Math.max(1, channels));
  }

  private static int checkedSize(int rows, int channels, float[] w, int wOffset) {
    int size = Math.multiplyExact(rows, channels);
    Objects.checkFromIndexSize(wOffset, size, w.length);
    return size;
  }
}
