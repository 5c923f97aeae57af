package org.intraq.tensor.kernel.conv2d;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.A;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.AA;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.ACROSS;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.B;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.BB;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.SIDE;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;

/**
 * The maps that the weights' gradient by F(4x4, 3x3) needs beside {@link WinogradInput}: D = A dy
 * A^T from 4x4 gradients of outputs, and dg = G^T dU G from 6x6 sums; lanes over output channels.
 *
 * <pre>
 * points p = 0, a, -a, b, -b, infinity; a = 3/4, b = 3/2
 *
 * row p of A = [1, p, pp, ppp]; last [0, 0, 0, 1]
 * row p of G = [1, p, pp] / product of p - q over the other points q; last [0, 0, 1]
 * </pre>
 *
 * <p>The constants of A are exact in single precision, the factors of G's rows are rounded to it: a
 * relative error of half an ulp in a sum that has many of them already.
 */
final class WinogradAdjoint {
  private static final float OF_ZERO = 1 / (AA * BB);
  private static final float OF_A = 1 / (2 * AA * (AA - BB));
  private static final float OF_B = 1 / (2 * BB * (BB - AA));

  private static final int BLOCK = GemmBlockTile.BLOCK;

  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= BLOCK
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();

  private WinogradAdjoint() {}

  /**
   * A dy A^T for {@code tiles} tiles side by side.
   *
   * @param rowStep floats from one row of y to the next
   * @param channels floats from one pixel of y, and from one tile of d, to the next
   * @param pointStep floats from one of the 36 results, row by row, to the next
   */
  static void output(
      float[] y, int yAt, int rowStep, int channels, int tiles, float[] d, int dAt, int pointStep) {
    int row = ACROSS * pointStep;
    int last = yAt + 3 * rowStep;
    outerRows(y, yAt, last, channels, tiles, d, dAt, dAt + 5 * row, pointStep);
    pairOfRows(y, yAt, rowStep, AA, A, channels, tiles, d, dAt + row, row, pointStep);
    pairOfRows(y, yAt, rowStep, BB, B, channels, tiles, d, dAt + 3 * row, row, pointStep);
  }

  /** The first and the last row of the result: of the first and the last row of dy. */
  private static void outerRows(
      float[] y,
      int firstAt,
      int lastAt,
      int channels,
      int tiles,
      float[] d,
      int firstTo,
      int lastTo,
      int pointStep) {
    FloatVector atA = FloatVector.broadcast(SPECIES, A);
    FloatVector atMinusA = FloatVector.broadcast(SPECIES, -A);
    FloatVector atB = FloatVector.broadcast(SPECIES, B);
    FloatVector atMinusB = FloatVector.broadcast(SPECIES, -B);
    FloatVector squareA = FloatVector.broadcast(SPECIES, AA);
    FloatVector squareB = FloatVector.broadcast(SPECIES, BB);
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int from = tile * SIDE * channels + c;
      int block = tile * channels + c;
      int at = firstAt + from;
      FloatVector x0 = FloatVector.fromArray(SPECIES, y, at);
      FloatVector x1 = FloatVector.fromArray(SPECIES, y, at + channels);
      FloatVector x2 = FloatVector.fromArray(SPECIES, y, at + 2 * channels);
      FloatVector x3 = FloatVector.fromArray(SPECIES, y, at + 3 * channels);
      int to = firstTo + block;
      x0.intoArray(d, to);
      FloatVector even = x2.lanewise(FMA, squareA, x0);
      FloatVector odd = x3.lanewise(FMA, squareA, x1);
      odd.lanewise(FMA, atA, even).intoArray(d, to + pointStep);
      odd.lanewise(FMA, atMinusA, even).intoArray(d, to + 2 * pointStep);
      even = x2.lanewise(FMA, squareB, x0);
      odd = x3.lanewise(FMA, squareB, x1);
      odd.lanewise(FMA, atB, even).intoArray(d, to + 3 * pointStep);
      odd.lanewise(FMA, atMinusB, even).intoArray(d, to + 4 * pointStep);
      x3.intoArray(d, to + 5 * pointStep);
      at = lastAt + from;
      x0 = FloatVector.fromArray(SPECIES, y, at);
      x1 = FloatVector.fromArray(SPECIES, y, at + channels);
      x2 = FloatVector.fromArray(SPECIES, y, at + 2 * channels);
      x3 = FloatVector.fromArray(SPECIES, y, at + 3 * channels);
      to = lastTo + block;
      x0.intoArray(d, to);
      even = x2.lanewise(FMA, squareA, x0);
      odd = x3.lanewise(FMA, squareA, x1);
      odd.lanewise(FMA, atA, even).intoArray(d, to + pointStep);
      odd.lanewise(FMA, atMinusA, even).intoArray(d, to + 2 * pointStep);
      even = x2.lanewise(FMA, squareB, x0);
      odd = x3.lanewise(FMA, squareB, x1);
      odd.lanewise(FMA, atB, even).intoArray(d, to + 3 * pointStep);
      odd.lanewise(FMA, atMinusB, even).intoArray(d, to + 4 * pointStep);
      x3.intoArray(d, to + 5 * pointStep);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }

  /**
   * The two rows even + point * odd and even - point * odd of the result: even = y0 + square * y2,
   * odd = y1 + square * y3. Two rows share their loads; all six in one method would be too many
   * nodes for C2, see {@link WinogradInput}.
   */
  private static void pairOfRows(
      float[] y,
      int yAt,
      int rowStep,
      float square,
      float point,
      int channels,
      int tiles,
      float[] d,
      int dAt,
      int dRow,
      int pointStep) {
    FloatVector s = FloatVector.broadcast(SPECIES, square);
    FloatVector plus = FloatVector.broadcast(SPECIES, point);
    FloatVector minus = FloatVector.broadcast(SPECIES, -point);
    FloatVector atA = FloatVector.broadcast(SPECIES, A);
    FloatVector atMinusA = FloatVector.broadcast(SPECIES, -A);
    FloatVector atB = FloatVector.broadcast(SPECIES, B);
    FloatVector atMinusB = FloatVector.broadcast(SPECIES, -B);
    FloatVector squareA = FloatVector.broadcast(SPECIES, AA);
    FloatVector squareB = FloatVector.broadcast(SPECIES, BB);
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int at = yAt + tile * SIDE * channels + c;
      FloatVector even =
          FloatVector.fromArray(SPECIES, y, at + 2 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at));
      FloatVector odd =
          FloatVector.fromArray(SPECIES, y, at + 3 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at + rowStep));
      FloatVector x0 = odd.lanewise(FMA, plus, even);
      FloatVector z0 = odd.lanewise(FMA, minus, even);
      at += channels;
      even =
          FloatVector.fromArray(SPECIES, y, at + 2 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at));
      odd =
          FloatVector.fromArray(SPECIES, y, at + 3 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at + rowStep));
      FloatVector x1 = odd.lanewise(FMA, plus, even);
      FloatVector z1 = odd.lanewise(FMA, minus, even);
      at += channels;
      even =
          FloatVector.fromArray(SPECIES, y, at + 2 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at));
      odd =
          FloatVector.fromArray(SPECIES, y, at + 3 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at + rowStep));
      FloatVector x2 = odd.lanewise(FMA, plus, even);
      FloatVector z2 = odd.lanewise(FMA, minus, even);
      at += channels;
      even =
          FloatVector.fromArray(SPECIES, y, at + 2 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at));
      odd =
          FloatVector.fromArray(SPECIES, y, at + 3 * rowStep)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, y, at + rowStep));
      FloatVector x3 = odd.lanewise(FMA, plus, even);
      FloatVector z3 = odd.lanewise(FMA, minus, even);
      int to = dAt + tile * channels + c;
      x0.intoArray(d, to);
      even = x2.lanewise(FMA, squareA, x0);
      odd = x3.lanewise(FMA, squareA, x1);
      odd.lanewise(FMA, atA, even).intoArray(d, to + pointStep);
      odd.lanewise(FMA, atMinusA, even).intoArray(d, to + 2 * pointStep);
      even = x2.lanewise(FMA, squareB, x0);
      odd = x3.lanewise(FMA, squareB, x1);
      odd.lanewise(FMA, atB, even).intoArray(d, to + 3 * pointStep);
      odd.lanewise(FMA, atMinusB, even).intoArray(d, to + 4 * pointStep);
      x3.intoArray(d, to + 5 * pointStep);
      to += dRow;
      z0.intoArray(d, to);
      even = z2.lanewise(FMA, squareA, z0);
      odd = z3.lanewise(FMA, squareA, z1);
      odd.lanewise(FMA, atA, even).intoArray(d, to + pointStep);
      odd.lanewise(FMA, atMinusA, even).intoArray(d, to + 2 * pointStep);
      even = z2.lanewise(FMA, squareB, z0);
      odd = z3.lanewise(FMA, squareB, z1);
      odd.lanewise(FMA, atB, even).intoArray(d, to + 3 * pointStep);
      odd.lanewise(FMA, atMinusB, even).intoArray(d, to + 4 * pointStep);
      z3.intoArray(d, to + 5 * pointStep);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }

  /**
   * G^T dU G for {@code rows} input channels by {@code columns} output channels (a multiple of 16).
   *
   * @param u 36 matrices rows x columns, {@code pointStep} floats apart
   * @param ldw floats from one input channel of dw to the next
   * @param tapStep floats from one of the nine taps of dw to the next
   */
  static void weights(
      float[] u, int pointStep, int rows, int columns, float[] dw, int dwAt, int ldw, int tapStep) {
    int row = ACROSS * pointStep;
    int tapRow = 3 * tapStep;
    int last = dwAt + 2 * tapRow;
    weightRow(u, 0, OF_ZERO, OF_A, OF_B, 1, pointStep, rows, columns, dw, dwAt, ldw, tapStep);
    weightRow(
        u, 0, 0, OF_A * A, OF_B * B, -1, pointStep, rows, columns, dw, dwAt + tapRow, ldw, tapStep);
    weightRow(
        u, 5 * row, 1, OF_A * AA, OF_B * BB, 1, pointStep, rows, columns, dw, last, ldw, tapStep);
  }

  /**
   * One row of G^T dU G: of single * dU[row at singleAt] + ofA * (dU[1] + sign * dU[2]) + ofB *
   * (dU[3] + sign * dU[4]).
   */
  private static void weightRow(
      float[] u,
      int singleAt,
      float single,
      float ofA,
      float ofB,
      float sign,
      int step,
      int rows,
      int columns,
      float[] dw,
      int dwAt,
      int ldw,
      int tapStep) {
    FloatVector s = FloatVector.broadcast(SPECIES, sign);
    FloatVector atSingle = FloatVector.broadcast(SPECIES, single);
    FloatVector atA = FloatVector.broadcast(SPECIES, ofA);
    FloatVector atB = FloatVector.broadcast(SPECIES, ofB);
    int first = ACROSS * step;
    int second = 2 * first;
    int third = 3 * first;
    int fourth = 4 * first;
    int c = 0;
    for (int o = 0; c < rows; ) {
      int at = c * columns + o;
      FloatVector a = FloatVector.fromArray(SPECIES, u, second + at);
      a = a.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, first + at));
      FloatVector b = FloatVector.fromArray(SPECIES, u, fourth + at);
      b = b.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, third + at));
      FloatVector x = FloatVector.fromArray(SPECIES, u, singleAt + at).lanewise(MUL, atSingle);
      FloatVector t0 = a.lanewise(FMA, atA, b.lanewise(FMA, atB, x));
      at += step;
      a = FloatVector.fromArray(SPECIES, u, second + at);
      a = a.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, first + at));
      b = FloatVector.fromArray(SPECIES, u, fourth + at);
      b = b.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, third + at));
      x = FloatVector.fromArray(SPECIES, u, singleAt + at).lanewise(MUL, atSingle);
      FloatVector t1 = a.lanewise(FMA, atA, b.lanewise(FMA, atB, x));
      at += step;
      a = FloatVector.fromArray(SPECIES, u, second + at);
      a = a.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, first + at));
      b = FloatVector.fromArray(SPECIES, u, fourth + at);
      b = b.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, third + at));
      x = FloatVector.fromArray(SPECIES, u, singleAt + at).lanewise(MUL, atSingle);
      FloatVector t2 = a.lanewise(FMA, atA, b.lanewise(FMA, atB, x));
      at += step;
      a = FloatVector.fromArray(SPECIES, u, second + at);
      a = a.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, first + at));
      b = FloatVector.fromArray(SPECIES, u, fourth + at);
      b = b.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, third + at));
      x = FloatVector.fromArray(SPECIES, u, singleAt + at).lanewise(MUL, atSingle);
      FloatVector t3 = a.lanewise(FMA, atA, b.lanewise(FMA, atB, x));
      at += step;
      a = FloatVector.fromArray(SPECIES, u, second + at);
      a = a.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, first + at));
      b = FloatVector.fromArray(SPECIES, u, fourth + at);
      b = b.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, third + at));
      x = FloatVector.fromArray(SPECIES, u, singleAt + at).lanewise(MUL, atSingle);
      FloatVector t4 = a.lanewise(FMA, atA, b.lanewise(FMA, atB, x));
      at += step;
      a = FloatVector.fromArray(SPECIES, u, second + at);
      a = a.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, first + at));
      b = FloatVector.fromArray(SPECIES, u, fourth + at);
      b = b.lanewise(FMA, s, FloatVector.fromArray(SPECIES, u, third + at));
      x = FloatVector.fromArray(SPECIES, u, singleAt + at).lanewise(MUL, atSingle);
      FloatVector t5 = a.lanewise(FMA, atA, b.lanewise(FMA, atB, x));
      FloatVector sumA = t1.lanewise(ADD, t2);
      FloatVector differenceA = t1.lanewise(SUB, t2).lanewise(MUL, OF_A * A);
      FloatVector sumB = t3.lanewise(ADD, t4);
      FloatVector differenceB = t3.lanewise(SUB, t4);
      int to = dwAt + c * ldw + o;
      t0 = t0.lanewise(MUL, OF_ZERO).lanewise(ADD, sumA.lanewise(MUL, OF_A));
      sumB.lanewise(FMA, FloatVector.broadcast(SPECIES, OF_B), t0).intoArray(dw, to);
      differenceB
          .lanewise(FMA, FloatVector.broadcast(SPECIES, OF_B * B), differenceA)
          .intoArray(dw, to + tapStep);
      t5 = sumA.lanewise(FMA, FloatVector.broadcast(SPECIES, OF_A * AA), t5);
      sumB.lanewise(FMA, FloatVector.broadcast(SPECIES, OF_B * BB), t5)
          .intoArray(dw, to + 2 * tapStep);
      o += LANES;
      if (o == columns) {
        o = 0;
        c++;
      }
    }
  }

  /** sums += products, {@code count} floats, a multiple of 16. */
  static void add(float[] products, float[] sums, int sumsAt, int count) {
    for (int i = 0; i < count; i += LANES) {
      FloatVector old = FloatVector.fromArray(SPECIES, sums, sumsAt + i);
      FloatVector.fromArray(SPECIES, products, i).lanewise(ADD, old).intoArray(sums, sumsAt + i);
    }
  }
}
