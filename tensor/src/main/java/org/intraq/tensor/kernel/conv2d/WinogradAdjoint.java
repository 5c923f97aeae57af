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
   * @param u 36 matrices rows x columns, {@code pointStep} floats apart; overwritten
   * @param ldw floats from one input channel of dw to the next
   * @param tapStep floats from one of the nine taps of dw to the next
   */
  static void weights(
      float[] u, int pointStep, int rows, int columns, float[] dw, int dwAt, int ldw, int tapStep) {
    int row = ACROSS * pointStep;
    for (int j = 0; j < ACROSS; j++) {
      int at = j * pointStep;
      combine(u, at, row, 1, rows * columns, u, at, rows * columns, row);
    }
    for (int i = 0; i < 3; i++) {
      combine(u, i * row, pointStep, rows, columns, dw, dwAt + 3 * i * tapStep, ldw, tapStep);
    }
  }

  /** G^T u: three matrices of six; they may take the places of the first three. */
  private static void combine(
      float[] u,
      int uAt,
      int uStep,
      int rows,
      int columns,
      float[] w,
      int wAt,
      int ldw,
      int wStep) {
    FloatVector zero = FloatVector.broadcast(SPECIES, OF_ZERO);
    FloatVector a = FloatVector.broadcast(SPECIES, OF_A);
    FloatVector pointA = FloatVector.broadcast(SPECIES, OF_A * A);
    FloatVector squareA = FloatVector.broadcast(SPECIES, OF_A * AA);
    FloatVector b = FloatVector.broadcast(SPECIES, OF_B);
    FloatVector pointB = FloatVector.broadcast(SPECIES, OF_B * B);
    FloatVector squareB = FloatVector.broadcast(SPECIES, OF_B * BB);
    int row = 0;
    for (int o = 0; row < rows; ) {
      int at = uAt + row * columns + o;
      FloatVector first = FloatVector.fromArray(SPECIES, u, at);
      FloatVector plus = FloatVector.fromArray(SPECIES, u, at + uStep);
      FloatVector minus = FloatVector.fromArray(SPECIES, u, at + 2 * uStep);
      FloatVector sumA = plus.lanewise(ADD, minus);
      FloatVector differenceA = plus.lanewise(SUB, minus);
      plus = FloatVector.fromArray(SPECIES, u, at + 3 * uStep);
      minus = FloatVector.fromArray(SPECIES, u, at + 4 * uStep);
      FloatVector sumB = plus.lanewise(ADD, minus);
      FloatVector differenceB = plus.lanewise(SUB, minus);
      FloatVector last = FloatVector.fromArray(SPECIES, u, at + 5 * uStep);
      int to = wAt + row * ldw + o;
      sumA.lanewise(FMA, a, sumB.lanewise(FMA, b, first.lanewise(MUL, zero))).intoArray(w, to);
      differenceA.lanewise(FMA, pointA, differenceB.lanewise(MUL, pointB)).intoArray(w, to + wStep);
      sumA.lanewise(FMA, squareA, sumB.lanewise(FMA, squareB, last)).intoArray(w, to + 2 * wStep);
      o += LANES;
      if (o == columns) {
        o = 0;
        row++;
      }
    }
  }
}
