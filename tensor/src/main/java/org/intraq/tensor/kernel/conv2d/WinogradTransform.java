package org.intraq.tensor.kernel.conv2d;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;
import static jdk.incubator.vector.VectorOperators.MUL;
import static jdk.incubator.vector.VectorOperators.SUB;

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
   * B2^T d B4 for {@code tiles} tiles side by side, all channels: the upper two rows of each
   * result, then the lower two.
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
    // Rows of B2^T d: d0 - d2 and d1 + d2; d3 - d1 and d2 - d1.
    int row = ACROSS * pointStep;
    inputRows(
        d,
        dAt,
        dAt + 2 * rowStep,
        dAt + rowStep,
        1f,
        channels,
        tiles,
        v,
        vAt,
        vAt + row,
        blockStep,
        pointStep);
    inputRows(
        d,
        dAt + 3 * rowStep,
        dAt + rowStep,
        dAt + 2 * rowStep,
        -1f,
        channels,
        tiles,
        v,
        vAt + 3 * row,
        vAt + 2 * row,
        blockStep,
        pointStep);
  }

  /**
   * Two rows of B2^T d B4: those of d[outer] - d[far] and of d[near] + sign * d[far]. 18 vectors
   * are read once and stay in registers. All four rows in one method would read 24 instead of 36,
   * and bring C2 near its limit of 40,000 nodes, beyond which it leaves vectors in memory.
   */
  private static void inputRows(
      float[] d,
      int outerAt,
      int farAt,
      int nearAt,
      float sign,
      int channels,
      int tiles,
      float[] v,
      int outerTo,
      int nearTo,
      int blockStep,
      int pointStep) {
    FloatVector s = FloatVector.broadcast(SPECIES, sign);
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
      int from = tile * COLUMNS * channels + c;
      int p0 = from;
      FloatVector far = FloatVector.fromArray(SPECIES, d, farAt + p0);
      FloatVector a0 = FloatVector.fromArray(SPECIES, d, outerAt + p0).sub(far);
      FloatVector b0 = far.lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, nearAt + p0));
      int p1 = from + channels;
      far = FloatVector.fromArray(SPECIES, d, farAt + p1);
      FloatVector a1 = FloatVector.fromArray(SPECIES, d, outerAt + p1).sub(far);
      FloatVector b1 = far.lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, nearAt + p1));
      int p2 = from + 2 * channels;
      far = FloatVector.fromArray(SPECIES, d, farAt + p2);
      FloatVector a2 = FloatVector.fromArray(SPECIES, d, outerAt + p2).sub(far);
      FloatVector b2 = far.lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, nearAt + p2));
      int p3 = from + 3 * channels;
      far = FloatVector.fromArray(SPECIES, d, farAt + p3);
      FloatVector a3 = FloatVector.fromArray(SPECIES, d, outerAt + p3).sub(far);
      FloatVector b3 = far.lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, nearAt + p3));
      int p4 = from + 4 * channels;
      far = FloatVector.fromArray(SPECIES, d, farAt + p4);
      FloatVector a4 = FloatVector.fromArray(SPECIES, d, outerAt + p4).sub(far);
      FloatVector b4 = far.lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, nearAt + p4));
      int p5 = from + 5 * channels;
      far = FloatVector.fromArray(SPECIES, d, farAt + p5);
      FloatVector a5 = FloatVector.fromArray(SPECIES, d, outerAt + p5).sub(far);
      FloatVector b5 = far.lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, nearAt + p5));
      int block = tile * BLOCK + c / BLOCK * blockStep + c % BLOCK;
      int to = outerTo + block;
      a0.lanewise(FMA, outer, a2.lanewise(FMA, inner, a4)).intoArray(v, to);
      a1.lanewise(FMA, outer, a3.lanewise(FMA, inner, a5)).intoArray(v, to + 5 * pointStep);
      FloatVector even = a2.lanewise(FMA, minusB, a4);
      FloatVector odd = a1.lanewise(FMA, minusB, a3);
      odd.lanewise(FMA, atA, even).intoArray(v, to + pointStep);
      odd.lanewise(FMA, atMinusA, even).intoArray(v, to + 2 * pointStep);
      even = a2.lanewise(FMA, minusA, a4);
      odd = a1.lanewise(FMA, minusA, a3);
      odd.lanewise(FMA, atB, even).intoArray(v, to + 3 * pointStep);
      odd.lanewise(FMA, atMinusB, even).intoArray(v, to + 4 * pointStep);
      int next = nearTo + block;
      b0.lanewise(FMA, outer, b2.lanewise(FMA, inner, b4)).intoArray(v, next);
      b1.lanewise(FMA, outer, b3.lanewise(FMA, inner, b5)).intoArray(v, next + 5 * pointStep);
      even = b2.lanewise(FMA, minusB, b4);
      odd = b1.lanewise(FMA, minusB, b3);
      odd.lanewise(FMA, atA, even).intoArray(v, next + pointStep);
      odd.lanewise(FMA, atMinusA, even).intoArray(v, next + 2 * pointStep);
      even = b2.lanewise(FMA, minusA, b4);
      odd = b1.lanewise(FMA, minusA, b3);
      odd.lanewise(FMA, atB, even).intoArray(v, next + 3 * pointStep);
      odd.lanewise(FMA, atMinusB, even).intoArray(v, next + 4 * pointStep);
      c += LANES;
      if (c == channels) {
        c = 0;
        tile++;
      }
    }
  }

  /**
   * A2^T m A4 for {@code tiles} whole tiles side by side, all channels: the upper row of each, then
   * the lower one.
   *
   * @param channels floats from one tile of m and one pixel of y to the next
   * @param pointStep floats from one of m's 24 points to the next
   * @param rowStep floats from one row of y to the next
   */
  static void output(
      float[] m, int mAt, int pointStep, int tiles, int channels, float[] y, int yAt, int rowStep) {
    int row = ACROSS * pointStep;
    int third = mAt + 2 * row;
    outputRows(m, mAt, mAt + row, third, 1f, pointStep, tiles, channels, y, yAt);
    int lower = yAt + rowStep;
    outputRows(m, mAt + row, mAt + 3 * row, third, -1f, pointStep, tiles, channels, y, lower);
  }

  /**
   * A4^T (m[first] + m[second] + sign * m[third]). One row of Y at a time, so that C2 stays far
   * from its limit of nodes, see {@link #inputRows}.
   */
  private static void outputRows(
      float[] m,
      int first,
      int second,
      int third,
      float sign,
      int pointStep,
      int tiles,
      int channels,
      float[] y,
      int yAt) {
    FloatVector s = FloatVector.broadcast(SPECIES, sign);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector bb = FloatVector.broadcast(SPECIES, BB);
    FloatVector bbb = FloatVector.broadcast(SPECIES, B * BB);
    int tile = 0;
    for (int c = 0; tile < tiles; ) {
      int to = yAt + tile * COLUMNS * channels + c;
      int at = tile * channels + c;
      FloatVector sum =
          FloatVector.fromArray(SPECIES, m, first + at)
              .add(FloatVector.fromArray(SPECIES, m, second + at));
      FloatVector a0 = FloatVector.fromArray(SPECIES, m, third + at).fma(s, sum);
      at += pointStep;
      sum =
          FloatVector.fromArray(SPECIES, m, first + at)
              .add(FloatVector.fromArray(SPECIES, m, second + at));
      FloatVector a1 = FloatVector.fromArray(SPECIES, m, third + at).fma(s, sum);
      at += pointStep;
      sum =
          FloatVector.fromArray(SPECIES, m, first + at)
              .add(FloatVector.fromArray(SPECIES, m, second + at));
      FloatVector a2 = FloatVector.fromArray(SPECIES, m, third + at).fma(s, sum);
      at += pointStep;
      sum =
          FloatVector.fromArray(SPECIES, m, first + at)
              .add(FloatVector.fromArray(SPECIES, m, second + at));
      FloatVector a3 = FloatVector.fromArray(SPECIES, m, third + at).fma(s, sum);
      at += pointStep;
      sum =
          FloatVector.fromArray(SPECIES, m, first + at)
              .add(FloatVector.fromArray(SPECIES, m, second + at));
      FloatVector a4 = FloatVector.fromArray(SPECIES, m, third + at).fma(s, sum);
      at += pointStep;
      sum =
          FloatVector.fromArray(SPECIES, m, first + at)
              .add(FloatVector.fromArray(SPECIES, m, second + at));
      FloatVector a5 = FloatVector.fromArray(SPECIES, m, third + at).fma(s, sum);
      FloatVector sumA = a1.lanewise(ADD, a2);
      FloatVector differenceA = a1.lanewise(SUB, a2);
      FloatVector sumB = a3.lanewise(ADD, a4);
      FloatVector differenceB = a3.lanewise(SUB, a4);
      a0.lanewise(ADD, sumA.lanewise(ADD, sumB)).intoArray(y, to);
      differenceB.lanewise(FMA, b, differenceA.lanewise(MUL, A)).intoArray(y, to + channels);
      sumB.lanewise(FMA, bb, sumA.lanewise(MUL, AA)).intoArray(y, to + 2 * channels);
      differenceB
          .lanewise(FMA, bbb, differenceA.lanewise(MUL, A * AA))
          .add(a5)
          .intoArray(y, to + 3 * channels);
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
    FloatVector sumA = m1.lanewise(ADD, m2);
    FloatVector differenceA = m1.lanewise(SUB, m2);
    FloatVector sumB = m3.lanewise(ADD, m4);
    FloatVector differenceB = m3.lanewise(SUB, m4);
    FloatVector.fromArray(SPECIES, m, third)
        .fma(
            s,
            FloatVector.fromArray(SPECIES, m, first).add(FloatVector.fromArray(SPECIES, m, second)))
        .add(sumA.lanewise(ADD, sumB))
        .intoArray(out, outAt);
    if (count > 1) {
      differenceB
          .lanewise(FMA, FloatVector.broadcast(SPECIES, B), differenceA.lanewise(MUL, A))
          .intoArray(out, outAt + outStep);
    }
    if (count > 2) {
      sumB.lanewise(FMA, FloatVector.broadcast(SPECIES, BB), sumA.lanewise(MUL, AA))
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
          .lanewise(FMA, FloatVector.broadcast(SPECIES, B * BB), differenceA.lanewise(MUL, A * AA))
          .add(m5)
          .intoArray(out, outAt + 3 * outStep);
    }
  }
}
