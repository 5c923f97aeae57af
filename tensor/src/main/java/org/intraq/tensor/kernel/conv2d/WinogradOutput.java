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
 * The map of the products in Winograd's F(4x4, 3x3), Y = A^T M A, lanes over channels: 36 points to
 * 4x4 pixels.
 *
 * <pre>
 *       1   1   1   1   1   0
 * A^T = 0   a  -a   b  -b   0      points 0, a, -a, b, -b, infinity, see {@link WinogradInput}
 *       0  aa  aa  bb  bb   0      even rows from m1 + m2 and m3 + m4,
 *       0 aaa -aaa bbb -bbb 1      odd rows from m1 - m2 and m3 - m4
 * </pre>
 */
final class WinogradOutput {
  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= GemmBlockTile.BLOCK
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();

  private WinogradOutput() {}

  /**
   * A^T m A for {@code tiles} tiles side by side, all channels: rows 0 and 2 of each, then rows 1
   * and 3.
   *
   * @param channels of m: floats from one tile to the next
   * @param pointStep floats from one of m's 36 points to the next
   * @param pixel floats from one pixel of y to the next
   * @param rowStep floats from one row of y to the next
   */
  static void transform(
      float[] m,
      int mAt,
      int pointStep,
      int tiles,
      int channels,
      float[] y,
      int yAt,
      int pixel,
      int rowStep) {
    int next = 2 * rowStep;
    evenRows(m, mAt, pointStep, tiles, channels, y, yAt, pixel, next);
    int odd = mAt + ACROSS * pointStep;
    oddRows(m, odd, pointStep, tiles, channels, y, yAt + rowStep, pixel, next);
  }

  /** Rows 0 and 2 of Y. All four in one method would bring C2 near its limit of nodes. */
  private static void evenRows(
      float[] m,
      int mAt,
      int pointStep,
      int tiles,
      int channels,
      float[] y,
      int yAt,
      int pixel,
      int next) {
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector aa = FloatVector.broadcast(SPECIES, AA);
    FloatVector bb = FloatVector.broadcast(SPECIES, BB);
    FloatVector aaa = FloatVector.broadcast(SPECIES, A * AA);
    FloatVector bbb = FloatVector.broadcast(SPECIES, B * BB);
    int row = ACROSS * pointStep;
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int at = mAt + tile * channels + c;
      FloatVector sumA =
          FloatVector.fromArray(SPECIES, m, at + row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 2 * row));
      FloatVector sumB =
          FloatVector.fromArray(SPECIES, m, at + 3 * row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 4 * row));
      FloatVector x0 =
          FloatVector.fromArray(SPECIES, m, at).lanewise(ADD, sumA.lanewise(ADD, sumB));
      FloatVector z0 = sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa));
      at += pointStep;
      sumA =
          FloatVector.fromArray(SPECIES, m, at + row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 2 * row));
      sumB =
          FloatVector.fromArray(SPECIES, m, at + 3 * row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 4 * row));
      FloatVector x1 =
          FloatVector.fromArray(SPECIES, m, at).lanewise(ADD, sumA.lanewise(ADD, sumB));
      FloatVector z1 = sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa));
      at += pointStep;
      sumA =
          FloatVector.fromArray(SPECIES, m, at + row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 2 * row));
      sumB =
          FloatVector.fromArray(SPECIES, m, at + 3 * row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 4 * row));
      FloatVector x2 =
          FloatVector.fromArray(SPECIES, m, at).lanewise(ADD, sumA.lanewise(ADD, sumB));
      FloatVector z2 = sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa));
      at += pointStep;
      sumA =
          FloatVector.fromArray(SPECIES, m, at + row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 2 * row));
      sumB =
          FloatVector.fromArray(SPECIES, m, at + 3 * row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 4 * row));
      FloatVector x3 =
          FloatVector.fromArray(SPECIES, m, at).lanewise(ADD, sumA.lanewise(ADD, sumB));
      FloatVector z3 = sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa));
      at += pointStep;
      sumA =
          FloatVector.fromArray(SPECIES, m, at + row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 2 * row));
      sumB =
          FloatVector.fromArray(SPECIES, m, at + 3 * row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 4 * row));
      FloatVector x4 =
          FloatVector.fromArray(SPECIES, m, at).lanewise(ADD, sumA.lanewise(ADD, sumB));
      FloatVector z4 = sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa));
      at += pointStep;
      sumA =
          FloatVector.fromArray(SPECIES, m, at + row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 2 * row));
      sumB =
          FloatVector.fromArray(SPECIES, m, at + 3 * row)
              .lanewise(ADD, FloatVector.fromArray(SPECIES, m, at + 4 * row));
      FloatVector x5 =
          FloatVector.fromArray(SPECIES, m, at).lanewise(ADD, sumA.lanewise(ADD, sumB));
      FloatVector z5 = sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa));
      int to = yAt + tile * SIDE * pixel + c;
      sumA = x1.lanewise(ADD, x2);
      sumB = x3.lanewise(ADD, x4);
      x0.lanewise(ADD, sumA.lanewise(ADD, sumB)).intoArray(y, to);
      sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa)).intoArray(y, to + 2 * pixel);
      FloatVector differenceA = x1.lanewise(SUB, x2);
      FloatVector differenceB = x3.lanewise(SUB, x4);
      differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a)).intoArray(y, to + pixel);
      differenceB
          .lanewise(FMA, bbb, differenceA.lanewise(FMA, aaa, x5))
          .intoArray(y, to + 3 * pixel);
      to += next;
      sumA = z1.lanewise(ADD, z2);
      sumB = z3.lanewise(ADD, z4);
      z0.lanewise(ADD, sumA.lanewise(ADD, sumB)).intoArray(y, to);
      sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa)).intoArray(y, to + 2 * pixel);
      differenceA = z1.lanewise(SUB, z2);
      differenceB = z3.lanewise(SUB, z4);
      differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a)).intoArray(y, to + pixel);
      differenceB
          .lanewise(FMA, bbb, differenceA.lanewise(FMA, aaa, z5))
          .intoArray(y, to + 3 * pixel);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }

  /** Rows 1 and 3 of Y, from rows 1 to 5 of m. */
  private static void oddRows(
      float[] m,
      int mAt,
      int pointStep,
      int tiles,
      int channels,
      float[] y,
      int yAt,
      int pixel,
      int next) {
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector aa = FloatVector.broadcast(SPECIES, AA);
    FloatVector bb = FloatVector.broadcast(SPECIES, BB);
    FloatVector aaa = FloatVector.broadcast(SPECIES, A * AA);
    FloatVector bbb = FloatVector.broadcast(SPECIES, B * BB);
    int row = ACROSS * pointStep;
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int at = mAt + tile * channels + c;
      FloatVector differenceA =
          FloatVector.fromArray(SPECIES, m, at)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + row));
      FloatVector differenceB =
          FloatVector.fromArray(SPECIES, m, at + 2 * row)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + 3 * row));
      FloatVector x0 = differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a));
      FloatVector z0 =
          differenceB.lanewise(
              FMA,
              bbb,
              differenceA.lanewise(FMA, aaa, FloatVector.fromArray(SPECIES, m, at + 4 * row)));
      at += pointStep;
      differenceA =
          FloatVector.fromArray(SPECIES, m, at)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + row));
      differenceB =
          FloatVector.fromArray(SPECIES, m, at + 2 * row)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + 3 * row));
      FloatVector x1 = differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a));
      FloatVector z1 =
          differenceB.lanewise(
              FMA,
              bbb,
              differenceA.lanewise(FMA, aaa, FloatVector.fromArray(SPECIES, m, at + 4 * row)));
      at += pointStep;
      differenceA =
          FloatVector.fromArray(SPECIES, m, at)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + row));
      differenceB =
          FloatVector.fromArray(SPECIES, m, at + 2 * row)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + 3 * row));
      FloatVector x2 = differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a));
      FloatVector z2 =
          differenceB.lanewise(
              FMA,
              bbb,
              differenceA.lanewise(FMA, aaa, FloatVector.fromArray(SPECIES, m, at + 4 * row)));
      at += pointStep;
      differenceA =
          FloatVector.fromArray(SPECIES, m, at)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + row));
      differenceB =
          FloatVector.fromArray(SPECIES, m, at + 2 * row)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + 3 * row));
      FloatVector x3 = differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a));
      FloatVector z3 =
          differenceB.lanewise(
              FMA,
              bbb,
              differenceA.lanewise(FMA, aaa, FloatVector.fromArray(SPECIES, m, at + 4 * row)));
      at += pointStep;
      differenceA =
          FloatVector.fromArray(SPECIES, m, at)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + row));
      differenceB =
          FloatVector.fromArray(SPECIES, m, at + 2 * row)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + 3 * row));
      FloatVector x4 = differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a));
      FloatVector z4 =
          differenceB.lanewise(
              FMA,
              bbb,
              differenceA.lanewise(FMA, aaa, FloatVector.fromArray(SPECIES, m, at + 4 * row)));
      at += pointStep;
      differenceA =
          FloatVector.fromArray(SPECIES, m, at)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + row));
      differenceB =
          FloatVector.fromArray(SPECIES, m, at + 2 * row)
              .lanewise(SUB, FloatVector.fromArray(SPECIES, m, at + 3 * row));
      FloatVector x5 = differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a));
      FloatVector z5 =
          differenceB.lanewise(
              FMA,
              bbb,
              differenceA.lanewise(FMA, aaa, FloatVector.fromArray(SPECIES, m, at + 4 * row)));
      int to = yAt + tile * SIDE * pixel + c;
      FloatVector sumA = x1.lanewise(ADD, x2);
      FloatVector sumB = x3.lanewise(ADD, x4);
      x0.lanewise(ADD, sumA.lanewise(ADD, sumB)).intoArray(y, to);
      sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa)).intoArray(y, to + 2 * pixel);
      differenceA = x1.lanewise(SUB, x2);
      differenceB = x3.lanewise(SUB, x4);
      differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a)).intoArray(y, to + pixel);
      differenceB
          .lanewise(FMA, bbb, differenceA.lanewise(FMA, aaa, x5))
          .intoArray(y, to + 3 * pixel);
      to += next;
      sumA = z1.lanewise(ADD, z2);
      sumB = z3.lanewise(ADD, z4);
      z0.lanewise(ADD, sumA.lanewise(ADD, sumB)).intoArray(y, to);
      sumB.lanewise(FMA, bb, sumA.lanewise(MUL, aa)).intoArray(y, to + 2 * pixel);
      differenceA = z1.lanewise(SUB, z2);
      differenceB = z3.lanewise(SUB, z4);
      differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, a)).intoArray(y, to + pixel);
      differenceB
          .lanewise(FMA, bbb, differenceA.lanewise(FMA, aaa, z5))
          .intoArray(y, to + 3 * pixel);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }
}
