package org.intraq.tensor.kernel.lowbit;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.ACROSS;
import static org.intraq.tensor.kernel.lowbit.FloatWinogradInput.SIDE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;

/**
 * The transform back of {@link FloatWinograd}, 576 y = A^T M A, in 32-bit integers modulo 2^32,
 * which is exact because the result fits.
 *
 * <pre>
 *       2  4  4  1  1  0
 * A^T = 0  4 -4  2 -2  0      24 times that of F(4x4, 3x3), for the whole G of
 *       0  4  4  4  4  0      {@link FloatWinogradWeights}: a row's common factor (1, 2, 4, 4) is
 *       0  4 -4  8 -8  8      left out and makes the last shift shorter
 * </pre>
 *
 * <p>576 is 64 * 9: a shift, and a product with the inverse of 9 modulo 2^32.
 *
 * <p>Up to 2^22 M becomes an integer by adding 1.5 * 2^23 and taking the bits, of which the
 * constant part passes through the sums and is subtracted behind them. A conversion, which is there
 * for M up to 2^24, is five instructions (numbers beyond 32 bits and NaN, which there are none of).
 */
final class FloatWinogradOutput {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> I = IntVector.SPECIES_PREFERRED;
  private static final int COLUMNS = I.length();

  private static final float ROUND = OutputStageSimd.ROUND;

  /** 1 / 9 modulo 2^32. */
  private static final int NINTH = 0x38E38E39;

  /** Sums of the rows of A^T, without the common factors. */
  private static final int[] SUMS = {12, 0, 4, 2};

  /** Powers of two of the common factors. */
  private static final int[] COMMON = {0, 1, 2, 2};

  private static final int SLOT_COLUMNS = 4;

  private FloatWinogradOutput() {}

  /**
   * acc += y for a row of tiles and a vector of columns.
   *
   * @param wide whether |M| may exceed 2^22
   * @param m of the first tile, tiles {@code ldm} apart, points {@code pointStep}
   * @param acc four rows of pixels from {@code to}, {@code stride} apart
   */
  static void results(
      boolean wide,
      float[] m,
      int mAt,
      int pointStep,
      int ldm,
      int tiles,
      int[] acc,
      int to,
      int stride) {
    int[] t = Scratch.ints(SLOT_COLUMNS, SIDE * ACROSS * tiles * COLUMNS);
    for (int column = 0; column < ACROSS; column++) {
      int from = mAt + column * pointStep;
      int first = column * tiles * COLUMNS;
      if (wide) {
        wideColumns(m, from, ACROSS * pointStep, ldm, tiles, t, first);
      } else {
        columns(m, from, ACROSS * pointStep, ldm, tiles, t, first);
      }
    }
    int constant = wide ? 0 : OutputStageSimd.ROUND_BITS;
    for (int row = 0; row < SIDE; row++) {
      int at = row * ACROSS * tiles * COLUMNS;
      row(t, at, tiles, constant * SUMS[row], 6 - COMMON[row], acc, to + row * stride);
    }
  }

  /** A^T M: six points above one another to four, of a column of every tile. */
  private static void columns(
      float[] m, int from, int rowStep, int ldm, int tiles, int[] t, int first) {
    FloatVector round = FloatVector.broadcast(F, ROUND);
    int next = ACROSS * tiles * COLUMNS;
    int at = from;
    int to = first;
    for (int tile = 0; tile < tiles; tile++) {
      IntVector m1 =
          FloatVector.fromArray(F, m, at + rowStep).lanewise(ADD, round).reinterpretAsInts();
      IntVector m2 =
          FloatVector.fromArray(F, m, at + 2 * rowStep).lanewise(ADD, round).reinterpretAsInts();
      IntVector m3 =
          FloatVector.fromArray(F, m, at + 3 * rowStep).lanewise(ADD, round).reinterpretAsInts();
      IntVector m4 =
          FloatVector.fromArray(F, m, at + 4 * rowStep).lanewise(ADD, round).reinterpretAsInts();
      IntVector sumA = m1.lanewise(ADD, m2);
      IntVector sumB = m3.lanewise(ADD, m4);
      IntVector outer = FloatVector.fromArray(F, m, at).lanewise(ADD, round).reinterpretAsInts();
      outer
          .lanewise(LSHL, 1)
          .lanewise(ADD, sumA.lanewise(LSHL, 2))
          .lanewise(ADD, sumB)
          .intoArray(t, to);
      sumA.lanewise(ADD, sumB).intoArray(t, to + 2 * next);
      IntVector differenceA = m1.lanewise(SUB, m2);
      IntVector differenceB = m3.lanewise(SUB, m4);
      differenceA.lanewise(LSHL, 1).lanewise(ADD, differenceB).intoArray(t, to + next);
      outer =
          FloatVector.fromArray(F, m, at + 5 * rowStep).lanewise(ADD, round).reinterpretAsInts();
      outer
          .lanewise(ADD, differenceB)
          .lanewise(LSHL, 1)
          .lanewise(ADD, differenceA)
          .intoArray(t, to + 3 * next);
      at += ldm;
      to += COLUMNS;
    }
  }

  /**
   * {@link #columns} without a constant part. Not one method with both ways in it, which would take
   * a vector from either branch: objects in some JVMs.
   */
  private static void wideColumns(
      float[] m, int from, int rowStep, int ldm, int tiles, int[] t, int first) {
    int next = ACROSS * tiles * COLUMNS;
    int at = from;
    int to = first;
    for (int tile = 0; tile < tiles; tile++) {
      IntVector m1 = (IntVector) FloatVector.fromArray(F, m, at + rowStep).convertShape(F2I, I, 0);
      IntVector m2 =
          (IntVector) FloatVector.fromArray(F, m, at + 2 * rowStep).convertShape(F2I, I, 0);
      IntVector m3 =
          (IntVector) FloatVector.fromArray(F, m, at + 3 * rowStep).convertShape(F2I, I, 0);
      IntVector m4 =
          (IntVector) FloatVector.fromArray(F, m, at + 4 * rowStep).convertShape(F2I, I, 0);
      IntVector sumA = m1.lanewise(ADD, m2);
      IntVector sumB = m3.lanewise(ADD, m4);
      IntVector outer = (IntVector) FloatVector.fromArray(F, m, at).convertShape(F2I, I, 0);
      outer
          .lanewise(LSHL, 1)
          .lanewise(ADD, sumA.lanewise(LSHL, 2))
          .lanewise(ADD, sumB)
          .intoArray(t, to);
      sumA.lanewise(ADD, sumB).intoArray(t, to + 2 * next);
      IntVector differenceA = m1.lanewise(SUB, m2);
      IntVector differenceB = m3.lanewise(SUB, m4);
      differenceA.lanewise(LSHL, 1).lanewise(ADD, differenceB).intoArray(t, to + next);
      outer = (IntVector) FloatVector.fromArray(F, m, at + 5 * rowStep).convertShape(F2I, I, 0);
      outer
          .lanewise(ADD, differenceB)
          .lanewise(LSHL, 1)
          .lanewise(ADD, differenceA)
          .intoArray(t, to + 3 * next);
      at += ldm;
      to += COLUMNS;
    }
  }

  /**
   * (A^T M) A of a row of pixels, its constant part taken off, over 576.
   *
   * @param constant that part of t
   * @param shift what is left of 64 in the first column
   */
  private static void row(
      int[] t, int from, int tiles, int constant, int shift, int[] acc, int first) {
    IntVector ninth = IntVector.broadcast(I, NINTH);
    IntVector of0 = IntVector.broadcast(I, constant * SUMS[0]);
    IntVector of2 = IntVector.broadcast(I, constant * SUMS[2]);
    IntVector of3 = IntVector.broadcast(I, constant * SUMS[3]);
    int step = tiles * COLUMNS;
    int at = from;
    int to = first;
    for (int tile = 0; tile < tiles; tile++) {
      IntVector m1 = IntVector.fromArray(I, t, at + step);
      IntVector m2 = IntVector.fromArray(I, t, at + 2 * step);
      IntVector m3 = IntVector.fromArray(I, t, at + 3 * step);
      IntVector m4 = IntVector.fromArray(I, t, at + 4 * step);
      IntVector sumA = m1.lanewise(ADD, m2);
      IntVector sumB = m3.lanewise(ADD, m4);
      IntVector.fromArray(I, t, at)
          .lanewise(LSHL, 1)
          .lanewise(ADD, sumA.lanewise(LSHL, 2))
          .lanewise(ADD, sumB)
          .lanewise(SUB, of0)
          .lanewise(ASHR, shift)
          .lanewise(MUL, ninth)
          .lanewise(ADD, IntVector.fromArray(I, acc, to))
          .intoArray(acc, to);
      sumA.lanewise(ADD, sumB)
          .lanewise(SUB, of2)
          .lanewise(ASHR, shift - 2)
          .lanewise(MUL, ninth)
          .lanewise(ADD, IntVector.fromArray(I, acc, to + 2 * COLUMNS))
          .intoArray(acc, to + 2 * COLUMNS);
      IntVector differenceA = m1.lanewise(SUB, m2);
      IntVector differenceB = m3.lanewise(SUB, m4);
      differenceA
          .lanewise(LSHL, 1)
          .lanewise(ADD, differenceB)
          .lanewise(ASHR, shift - 1)
          .lanewise(MUL, ninth)
          .lanewise(ADD, IntVector.fromArray(I, acc, to + COLUMNS))
          .intoArray(acc, to + COLUMNS);
      IntVector.fromArray(I, t, at + 5 * step)
          .lanewise(ADD, differenceB)
          .lanewise(LSHL, 1)
          .lanewise(ADD, differenceA)
          .lanewise(SUB, of3)
          .lanewise(ASHR, shift - 2)
          .lanewise(MUL, ninth)
          .lanewise(ADD, IntVector.fromArray(I, acc, to + 3 * COLUMNS))
          .intoArray(acc, to + 3 * COLUMNS);
      at += COLUMNS;
      to += SIDE * COLUMNS;
    }
  }
}
