package org.intraq.tensor.kernel.quantize;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.GE;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LE;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LT;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.ChannelTiling;
import org.intraq.tensor.kernel.elementary.FloatMath;

/**
 * The rows of {@link RectifiedQuantizeSimd}, also for a convolution that has just written them.
 * Every window begins with a word of bits.
 */
public final class RectifiedQuantizeRows {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int WORD = Integer.SIZE;

  /** How far each bit of a word is shifted to become the sign. */
  private static final int[] TO_SIGN = new int[WORD];

  static {
    for (int i = 0; i < WORD; i++) {
      TO_SIGN[i] = WORD - 1 - i;
    }
  }

  private RectifiedQuantizeRows() {}

  /** Rows of {@code c} channels to be read as one, so that it fills whole words of bits. */
  public static int repeat(int c) {
    int wide = ChannelTiling.repeat(c, WORD);
    int words = Math.max(1, WORD / Math.max(1, Integer.lowestOneBit(c)));
    return wide * c % WORD == 0 ? wide : words;
  }

  /**
   * y and the bits of {@code count} pixels from {@code pixel} on, which begins a word.
   *
   * @param scales of {@link #repeat} pixels, as shifts
   */
  public static void forward(
      int pixel,
      int count,
      int c,
      float[] z,
      int zAt,
      float[] scales,
      float[] shifts,
      float[] r,
      int rAt,
      float cap,
      RectifiedQuantize.Gate gate,
      float[] y,
      int yAt) {
    int width = repeat(c) * c;
    int end = (pixel + count) * c;
    for (int i = pixel * c; i < end; i += width) {
      int word = gate.openAt() + i / WORD;
      int columns = Math.min(width, end - i);
      row(columns, z, zAt + i, scales, shifts, r, rAt + i, cap, gate, y, yAt + i, word);
    }
  }

  /**
   * One row of y and of the bits.
   *
   * <p>Rectifier and quantizer clamp once: v = a * m - z is monotone in a, rounding included, so
   * the rectifier's bounds are bounds of v.
   *
   * @param columns of {@code repeat} rows read as one, or of the rows that are left over
   * @param scales one for each column, as shifts
   * @param word where the bits go
   */
  private static void row(
      int columns,
      float[] z,
      int zAt,
      float[] scales,
      float[] shifts,
      float[] r,
      int rAt,
      float cap,
      RectifiedQuantize.Gate gate,
      float[] y,
      int yAt,
      int word) {
    AffineQuantizer q = gate.quantizer();
    FloatVector multiplier = FloatVector.broadcast(S, q.multiplier());
    FloatVector offset = FloatVector.broadcast(S, q.offset());
    float lowest = Math.max(AffineQuantizer.lowest(q.bits()), 0f * q.multiplier() - q.offset());
    float highest = Math.min(AffineQuantizer.highest(q.bits()), cap * q.multiplier() - q.offset());
    float first = FakeQuantizeSimd.firstInside(q.bits());
    float last = FakeQuantizeSimd.lastInside(q.bits());
    int[] open = gate.open();
    int whole = columns - columns % WORD;
    for (int j = 0; j < whole; j += WORD) {
      int bits = 0;
      for (int i = 0; i < WORD; i += LANES) {
        int at = j + i;
        FloatVector a =
            FloatVector.fromArray(S, z, zAt + at)
                .lanewise(
                    FMA,
                    FloatVector.fromArray(S, scales, at),
                    FloatVector.fromArray(S, shifts, at));
        if (r != null) {
          a = a.lanewise(ADD, FloatVector.fromArray(S, r, rAt + at));
        }
        FloatVector v = a.mul(multiplier).sub(offset);
        if (open != null) {
          VectorMask<Float> passes = a.compare(GT, 0f).and(a.compare(LT, cap));
          if (gate.masked()) {
            passes = passes.and(v.compare(GE, first)).and(v.compare(LE, last));
          }
          bits |= (int) passes.toLong() << i;
        }
        v = v.blend(lowest, v.compare(LT, lowest));
        v = v.blend(highest, v.compare(GT, highest));
        v = v.lanewise(ADD, FloatMath.ROUNDER).sub(FloatMath.ROUNDER);
        v.add(offset).div(multiplier).intoArray(y, yAt + at);
      }
      if (open != null) {
        open[word + j / WORD] = bits;
      }
    }
    if (whole < columns) {
      int bits = rest(whole, columns, z, zAt, scales, shifts, r, rAt, cap, gate, y, yAt);
      if (open != null) {
        open[word + whole / WORD] = bits;
      }
    }
  }

  /** The columns that do not fill a word, and their bits. */
  private static int rest(
      int from,
      int columns,
      float[] z,
      int zAt,
      float[] scales,
      float[] shifts,
      float[] r,
      int rAt,
      float cap,
      RectifiedQuantize.Gate gate,
      float[] y,
      int yAt) {
    AffineQuantizer q = gate.quantizer();
    int bits = 0;
    for (int j = from; j < columns; j++) {
      float a = Math.fma(z[zAt + j], scales[j], shifts[j]);
      a = r == null ? a : a + r[rAt + j];
      boolean passes = a > 0 && a < cap && (!gate.masked() || q.inside(a));
      a = a <= 0 ? 0 : a;
      y[yAt + j] = q.value(a > cap ? cap : a);
      bits |= passes ? 1 << j - from : 0;
    }
    return bits;
  }

  /** g of some pixels of {@code c} channels, and sums[c] over these pixels. */
  public static void backward(
      int pixels,
      int c,
      float[] dy,
      int dyAt,
      int[] open,
      int word,
      float[] g,
      int gAt,
      float[] sums,
      int sumsAt) {
    int j = 0;
    for (; c % LANES == 0 && j < c; j += LANES) {
      channels(pixels, c, j, dy, dyAt, open, word, g, gAt, sums, sumsAt + j);
    }
    for (; j < c; j++) {
      float sum = 0;
      for (int i = j; i < pixels * c; i += c) {
        boolean passes = (open[word + i / WORD] >>> i % WORD & 1) != 0;
        g[gAt + i] = passes ? dy[dyAt + i] : 0f;
        sum += g[gAt + i];
      }
      sums[sumsAt + j] = sum;
    }
  }

  /**
   * A vector of channels of all pixels. A bit becomes the sign of its lane and then all of its
   * bits, which takes fewer instructions than a mask from bits where processors have no mask
   * registers.
   */
  private static void channels(
      int pixels,
      int c,
      int channel,
      float[] dy,
      int dyAt,
      int[] open,
      int word,
      float[] g,
      int gAt,
      float[] sums,
      int sumsAt) {
    FloatVector sum = FloatVector.zero(S);
    for (int i = channel; i < pixels * c; i += c) {
      IntVector passes =
          IntVector.broadcast(I, open[word + i / WORD])
              .lanewise(LSHL, IntVector.fromArray(I, TO_SIGN, i % WORD))
              .lanewise(ASHR, WORD - 1);
      FloatVector passed =
          FloatVector.fromArray(S, dy, dyAt + i)
              .reinterpretAsInts()
              .lanewise(AND, passes)
              .reinterpretAsFloats();
      passed.intoArray(g, gAt + i);
      sum = passed.lanewise(ADD, sum);
    }
    sum.intoArray(sums, sumsAt);
  }
}
