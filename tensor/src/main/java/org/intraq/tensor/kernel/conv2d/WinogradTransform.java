package org.intraq.tensor.kernel.conv2d;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;

/**
 * The linear maps of Winograd's F(2x4, 3x3), lanes over channels: F(2, 3) down the rows, F(4, 3)
 * along the columns.
 *
 * <pre>
 * Y = A2^T [ (G2 g G4^T) . (B2^T d B4) ] A4       g 3x3, d 4x6, Y 2x4
 *
 * F(2, 3), points 0, 1, -1, infinity                F(4, 3), points 0, a, -a, b, -b, infinity; a = 3/4, b = 3/2
 *
 *        1  0 -1  0         1    0    0                    aabb   0  -aa-bb  0  1  0
 * B2^T = 0  1  1  0    G2 = 1/2  1/2  1/2                     0 -abb   -bb   a  1  0
 *        0 -1  1  0         1/2 -1/2  1/2           B4^T =    0  abb   -bb  -a  1  0
 *        0 -1  0  1         0    0    1                       0 -aab   -aa   b  1  0
 *                                                             0  aab   -aa  -b  1  0
 * A2^T = 1  1  1  0                                           0  aabb    0 -aa-bb  0  1
 *        0  1 -1  1
 *                  row p of G4 = [1, p, pp] / product of p - q over the other points q; last [0, 0, 1]
 *                  column p of A4^T = [1, p, pp, ppp]^T; last [0, 0, 0, 1]^T
 * </pre>
 *
 * <p>All constants of B and A are exact in single precision; G is applied in double and rounded
 * once ({@link WinogradWeights}).
 *
 * <p>Sources: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
 * section 4; Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution
 * for Deep Neural Networks", ACM TOMS 46(4), 2020 (the points decide the error).
 */
final class WinogradTransform {
  /** Rows of an output tile. */
  static final int ROWS = 2;

  /** Columns of an output tile. */
  static final int COLUMNS = 4;

  private static final int BLOCK = GemmBlockTile.BLOCK;
  private static final int DOWN = ROWS + 2;
  static final int ACROSS = COLUMNS + 2;

  /** Elements of a transformed tile. */
  static final int POINTS = DOWN * ACROSS;

  static final float A = 0.75f;
  static final float B = 1.5f;
  static final float AA = A * A;
  static final float BB = B * B;

  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= GemmBlockTile.BLOCK
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();

  private WinogradTransform() {}

  /**
   * B2^T d B4 for {@code tiles} tiles side by side, all channels: 24 vectors are read once, go down
   * the rows, and stay in registers on their way along the columns.
   *
   * @param rowStep floats from one row of d to the next
   * @param channels floats from one pixel of d to the next
   * @param blockStep floats from one block of 16 channels of v to the next
   * @param pointStep floats from one of the 24 results to the next
   */
  static void input(
      float[] d,
      int dAt,
      int rowStep,
      int channels,
      int tiles,
      float[] v,
      int vAt,
      int blockStep,
      int pointStep) {
    FloatVector outer = FloatVector.broadcast(SPECIES, AA * BB);
    FloatVector inner = FloatVector.broadcast(SPECIES, -AA - BB);
    FloatVector atA = FloatVector.broadcast(SPECIES, A);
    FloatVector atMinusA = FloatVector.broadcast(SPECIES, -A);
    FloatVector atB = FloatVector.broadcast(SPECIES, B);
    FloatVector atMinusB = FloatVector.broadcast(SPECIES, -B);
    FloatVector minusA = FloatVector.broadcast(SPECIES, -AA);
    FloatVector minusB = FloatVector.broadcast(SPECIES, -BB);
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int from = dAt + tile * COLUMNS * channels + c;
      int to = vAt + tile * BLOCK + c / BLOCK * blockStep + c % BLOCK;
      int p0 = from;
      FloatVector d0 = FloatVector.fromArray(SPECIES, d, p0);
      FloatVector d1 = FloatVector.fromArray(SPECIES, d, p0 + rowStep);
      FloatVector d2 = FloatVector.fromArray(SPECIES, d, p0 + 2 * rowStep);
      FloatVector d3 = FloatVector.fromArray(SPECIES, d, p0 + 3 * rowStep);
      FloatVector a0 = d0.sub(d2);
      FloatVector b0 = d1.add(d2);
      FloatVector c0 = d2.sub(d1);
      FloatVector e0 = d3.sub(d1);
      int p1 = from + channels;
      d0 = FloatVector.fromArray(SPECIES, d, p1);
      d1 = FloatVector.fromArray(SPECIES, d, p1 + rowStep);
      d2 = FloatVector.fromArray(SPECIES, d, p1 + 2 * rowStep);
      d3 = FloatVector.fromArray(SPECIES, d, p1 + 3 * rowStep);
      FloatVector a1 = d0.sub(d2);
      FloatVector b1 = d1.add(d2);
      FloatVector c1 = d2.sub(d1);
      FloatVector e1 = d3.sub(d1);
      int p2 = from + 2 * channels;
      d0 = FloatVector.fromArray(SPECIES, d, p2);
      d1 = FloatVector.fromArray(SPECIES, d, p2 + rowStep);
      d2 = FloatVector.fromArray(SPECIES, d, p2 + 2 * rowStep);
      d3 = FloatVector.fromArray(SPECIES, d, p2 + 3 * rowStep);
      FloatVector a2 = d0.sub(d2);
      FloatVector b2 = d1.add(d2);
      FloatVector c2 = d2.sub(d1);
      FloatVector e2 = d3.sub(d1);
      int p3 = from + 3 * channels;
      d0 = FloatVector.fromArray(SPECIES, d, p3);
      d1 = FloatVector.fromArray(SPECIES, d, p3 + rowStep);
      d2 = FloatVector.fromArray(SPECIES, d, p3 + 2 * rowStep);
      d3 = FloatVector.fromArray(SPECIES, d, p3 + 3 * rowStep);
      FloatVector a3 = d0.sub(d2);
      FloatVector b3 = d1.add(d2);
      FloatVector c3 = d2.sub(d1);
      FloatVector e3 = d3.sub(d1);
      int p4 = from + 4 * channels;
      d0 = FloatVector.fromArray(SPECIES, d, p4);
      d1 = FloatVector.fromArray(SPECIES, d, p4 + rowStep);
      d2 = FloatVector.fromArray(SPECIES, d, p4 + 2 * rowStep);
      d3 = FloatVector.fromArray(SPECIES, d, p4 + 3 * rowStep);
      FloatVector a4 = d0.sub(d2);
      FloatVector b4 = d1.add(d2);
      FloatVector c4 = d2.sub(d1);
      FloatVector e4 = d3.sub(d1);
      int p5 = from + 5 * channels;
      d0 = FloatVector.fromArray(SPECIES, d, p5);
      d1 = FloatVector.fromArray(SPECIES, d, p5 + rowStep);
      d2 = FloatVector.fromArray(SPECIES, d, p5 + 2 * rowStep);
      d3 = FloatVector.fromArray(SPECIES, d, p5 + 3 * rowStep);
      FloatVector a5 = d0.sub(d2);
      FloatVector b5 = d1.add(d2);
      FloatVector c5 = d2.sub(d1);
      FloatVector e5 = d3.sub(d1);
      // Row 0 of B2^T d, times B4.
      a0.fma(outer, a2.fma(inner, a4)).intoArray(v, to);
      a1.fma(outer, a3.fma(inner, a5)).intoArray(v, to + 5 * pointStep);
      FloatVector even = a2.fma(minusB, a4);
      FloatVector odd = a1.fma(minusB, a3);
      odd.fma(atA, even).intoArray(v, to + pointStep);
      odd.fma(atMinusA, even).intoArray(v, to + 2 * pointStep);
      even = a2.fma(minusA, a4);
      odd = a1.fma(minusA, a3);
      odd.fma(atB, even).intoArray(v, to + 3 * pointStep);
      odd.fma(atMinusB, even).intoArray(v, to + 4 * pointStep);
      // Row 1 of B2^T d, times B4.
      to += ACROSS * pointStep;
      b0.fma(outer, b2.fma(inner, b4)).intoArray(v, to);
      b1.fma(outer, b3.fma(inner, b5)).intoArray(v, to + 5 * pointStep);
      even = b2.fma(minusB, b4);
      odd = b1.fma(minusB, b3);
      odd.fma(atA, even).intoArray(v, to + pointStep);
      odd.fma(atMinusA, even).intoArray(v, to + 2 * pointStep);
      even = b2.fma(minusA, b4);
      odd = b1.fma(minusA, b3);
      odd.fma(atB, even).intoArray(v, to + 3 * pointStep);
      odd.fma(atMinusB, even).intoArray(v, to + 4 * pointStep);
      // Row 2 of B2^T d, times B4.
      to += ACROSS * pointStep;
      c0.fma(outer, c2.fma(inner, c4)).intoArray(v, to);
      c1.fma(outer, c3.fma(inner, c5)).intoArray(v, to + 5 * pointStep);
      even = c2.fma(minusB, c4);
      odd = c1.fma(minusB, c3);
      odd.fma(atA, even).intoArray(v, to + pointStep);
      odd.fma(atMinusA, even).intoArray(v, to + 2 * pointStep);
      even = c2.fma(minusA, c4);
      odd = c1.fma(minusA, c3);
      odd.fma(atB, even).intoArray(v, to + 3 * pointStep);
      odd.fma(atMinusB, even).intoArray(v, to + 4 * pointStep);
      // Row 3 of B2^T d, times B4.
      to += ACROSS * pointStep;
      e0.fma(outer, e2.fma(inner, e4)).intoArray(v, to);
      e1.fma(outer, e3.fma(inner, e5)).intoArray(v, to + 5 * pointStep);
      even = e2.fma(minusB, e4);
      odd = e1.fma(minusB, e3);
      odd.fma(atA, even).intoArray(v, to + pointStep);
      odd.fma(atMinusA, even).intoArray(v, to + 2 * pointStep);
      even = e2.fma(minusA, e4);
      odd = e1.fma(minusA, e3);
      odd.fma(atB, even).intoArray(v, to + 3 * pointStep);
      odd.fma(atMinusB, even).intoArray(v, to + 4 * pointStep);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }

  /**
   * A2^T m A4 for {@code tiles} whole tiles side by side, all channels.
   *
   * @param channels floats from one tile of m and one pixel of y to the next
   * @param pointStep floats from one of m's 24 points to the next
   * @param rowStep floats from one row of y to the next
   */
  static void output(
      float[] m, int mAt, int pointStep, int tiles, int channels, float[] y, int yAt, int rowStep) {
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector bb = FloatVector.broadcast(SPECIES, BB);
    FloatVector bbb = FloatVector.broadcast(SPECIES, B * BB);
    int row = ACROSS * pointStep;
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int to = yAt + tile * COLUMNS * channels + c;
      int at = mAt + tile * channels + c;
      FloatVector m0 = FloatVector.fromArray(SPECIES, m, at);
      FloatVector m1 = FloatVector.fromArray(SPECIES, m, at + row);
      FloatVector m2 = FloatVector.fromArray(SPECIES, m, at + 2 * row);
      FloatVector m3 = FloatVector.fromArray(SPECIES, m, at + 3 * row);
      FloatVector a0 = m0.add(m1).add(m2);
      FloatVector b0 = m1.add(m3).sub(m2);
      at = mAt + tile * channels + c + pointStep;
      m0 = FloatVector.fromArray(SPECIES, m, at);
      m1 = FloatVector.fromArray(SPECIES, m, at + row);
      m2 = FloatVector.fromArray(SPECIES, m, at + 2 * row);
      m3 = FloatVector.fromArray(SPECIES, m, at + 3 * row);
      FloatVector a1 = m0.add(m1).add(m2);
      FloatVector b1 = m1.add(m3).sub(m2);
      at = mAt + tile * channels + c + 2 * pointStep;
      m0 = FloatVector.fromArray(SPECIES, m, at);
      m1 = FloatVector.fromArray(SPECIES, m, at + row);
      m2 = FloatVector.fromArray(SPECIES, m, at + 2 * row);
      m3 = FloatVector.fromArray(SPECIES, m, at + 3 * row);
      FloatVector a2 = m0.add(m1).add(m2);
      FloatVector b2 = m1.add(m3).sub(m2);
      at = mAt + tile * channels + c + 3 * pointStep;
      m0 = FloatVector.fromArray(SPECIES, m, at);
      m1 = FloatVector.fromArray(SPECIES, m, at + row);
      m2 = FloatVector.fromArray(SPECIES, m, at + 2 * row);
      m3 = FloatVector.fromArray(SPECIES, m, at + 3 * row);
      FloatVector a3 = m0.add(m1).add(m2);
      FloatVector b3 = m1.add(m3).sub(m2);
      at = mAt + tile * channels + c + 4 * pointStep;
      m0 = FloatVector.fromArray(SPECIES, m, at);
      m1 = FloatVector.fromArray(SPECIES, m, at + row);
      m2 = FloatVector.fromArray(SPECIES, m, at + 2 * row);
      m3 = FloatVector.fromArray(SPECIES, m, at + 3 * row);
      FloatVector a4 = m0.add(m1).add(m2);
      FloatVector b4 = m1.add(m3).sub(m2);
      at = mAt + tile * channels + c + 5 * pointStep;
      m0 = FloatVector.fromArray(SPECIES, m, at);
      m1 = FloatVector.fromArray(SPECIES, m, at + row);
      m2 = FloatVector.fromArray(SPECIES, m, at + 2 * row);
      m3 = FloatVector.fromArray(SPECIES, m, at + 3 * row);
      FloatVector a5 = m0.add(m1).add(m2);
      FloatVector b5 = m1.add(m3).sub(m2);
      // Row 0 of A2^T m, times A4.
      FloatVector sumA = a1.add(a2);
      FloatVector differenceA = a1.sub(a2);
      FloatVector sumB = a3.add(a4);
      FloatVector differenceB = a3.sub(a4);
      a0.add(sumA.add(sumB)).intoArray(y, to);
      differenceB.fma(b, differenceA.mul(A)).intoArray(y, to + channels);
      sumB.fma(bb, sumA.mul(AA)).intoArray(y, to + 2 * channels);
      differenceB.fma(bbb, differenceA.mul(A * AA)).add(a5).intoArray(y, to + 3 * channels);
      // Row 1 of A2^T m, times A4.
      to += rowStep;
      sumA = b1.add(b2);
      differenceA = b1.sub(b2);
      sumB = b3.add(b4);
      differenceB = b3.sub(b4);
      b0.add(sumA.add(sumB)).intoArray(y, to);
      differenceB.fma(b, differenceA.mul(A)).intoArray(y, to + channels);
      sumB.fma(bb, sumA.mul(AA)).intoArray(y, to + 2 * channels);
      differenceB.fma(bbb, differenceA.mul(A * AA)).add(b5).intoArray(y, to + 3 * channels);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }

  /** A2^T m A4 for one block of 16 channels; only the first rows x columns of Y are written. */
  static void outputPart(
      float[] m,
      int mAt,
      int pointStep,
      float[] y,
      int yAt,
      int rowStep,
      int pixelStep,
      int rows,
      int columns) {
    int row = ACROSS * pointStep;
    for (int lane = 0; lane < BLOCK; lane += LANES) {
      int at = mAt + lane;
      outputRow(m, at, at + row, at + 2 * row, 1f, pointStep, y, yAt + lane, pixelStep, columns);
      if (rows > 1) {
        int to = yAt + lane + rowStep;
        outputRow(
            m, at + row, at + 3 * row, at + 2 * row, -1f, pointStep, y, to, pixelStep, columns);
      }
    }
  }

  /** The first {@code count} of A4^T (m[first] + m[second] + sign * m[third]), six points each. */
  private static void outputRow(
      float[] m,
      int first,
      int second,
      int third,
      float sign,
      int step,
      float[] out,
      int outAt,
      int outStep,
      int count) {
    FloatVector s = FloatVector.broadcast(SPECIES, sign);
    FloatVector m1 =
        FloatVector.fromArray(SPECIES, m, third + step)
            .fma(
                s,
                FloatVector.fromArray(SPECIES, m, first + step)
                    .add(FloatVector.fromArray(SPECIES, m, second + step)));
    FloatVector m2 =
        FloatVector.fromArray(SPECIES, m, third + 2 * step)
            .fma(
                s,
                FloatVector.fromArray(SPECIES, m, first + 2 * step)
                    .add(FloatVector.fromArray(SPECIES, m, second + 2 * step)));
    FloatVector m3 =
        FloatVector.fromArray(SPECIES, m, third + 3 * step)
            .fma(
                s,
                FloatVector.fromArray(SPECIES, m, first + 3 * step)
                    .add(FloatVector.fromArray(SPECIES, m, second + 3 * step)));
    FloatVector m4 =
        FloatVector.fromArray(SPECIES, m, third + 4 * step)
            .fma(
                s,
                FloatVector.fromArray(SPECIES, m, first + 4 * step)
                    .add(FloatVector.fromArray(SPECIES, m, second + 4 * step)));
    FloatVector sumA = m1.add(m2);
    FloatVector differenceA = m1.sub(m2);
    FloatVector sumB = m3.add(m4);
    FloatVector differenceB = m3.sub(m4);
    FloatVector.fromArray(SPECIES, m, third)
        .fma(
            s,
            FloatVector.fromArray(SPECIES, m, first).add(FloatVector.fromArray(SPECIES, m, second)))
        .add(sumA.add(sumB))
        .intoArray(out, outAt);
    if (count > 1) {
      differenceB
          .fma(FloatVector.broadcast(SPECIES, B), differenceA.mul(A))
          .intoArray(out, outAt + outStep);
    }
    if (count > 2) {
      sumB.fma(FloatVector.broadcast(SPECIES, BB), sumA.mul(AA))
          .intoArray(out, outAt + 2 * outStep);
    }
    if (count > 3) {
      FloatVector m5 =
          FloatVector.fromArray(SPECIES, m, third + 5 * step)
              .fma(
                  s,
                  FloatVector.fromArray(SPECIES, m, first + 5 * step)
                      .add(FloatVector.fromArray(SPECIES, m, second + 5 * step)));
      differenceB
          .fma(FloatVector.broadcast(SPECIES, B * BB), differenceA.mul(A * AA))
          .add(m5)
          .intoArray(out, outAt + 3 * outStep);
    }
  }
}
