package org.intraq.tensor.kernel.conv2d;

import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * The three linear maps of Winograd's F(2x4, 3x3), lanes over channels: F(2, 3) down the rows, F(4,
 * 3) along the columns.
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
 * once.
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

  private static final int DOWN = ROWS + 2;
  private static final int ACROSS = COLUMNS + 2;

  /** Elements of a transformed tile. */
  static final int POINTS = DOWN * ACROSS;

  private static final float A = 0.75f;
  private static final float B = 1.5f;
  private static final float AA = A * A;
  private static final float BB = B * B;

  // The points' factors in G4: one over the product of differences to the other points.
  private static final double OF_ZERO = 1.0 / (AA * BB);
  private static final double OF_A = 1.0 / (2 * AA * (AA - BB));
  private static final double OF_B = 1.0 / (2 * BB * (BB - AA));

  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= GemmBlockTile.BLOCK
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();

  private static final VectorSpecies<Double> WIDE =
      DoubleVector.SPECIES_PREFERRED.length() <= DoubleVector.SPECIES_512.length()
          ? DoubleVector.SPECIES_PREFERRED
          : DoubleVector.SPECIES_512;

  /** As many floats as a vector of doubles has lanes. */
  private static final VectorSpecies<Float> NARROW =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

  private WinogradTransform() {}

  /**
   * B2^T d B4 for one block of 16 channels.
   *
   * @param rowStep floats from one row of d to the next
   * @param pixelStep floats from one pixel of d to the next
   * @param pointStep floats from one of the 24 results to the next
   */
  static void input(
      float[] d, int dAt, int rowStep, int pixelStep, float[] v, int vAt, int pointStep) {
    for (int lane = 0; lane < GemmBlockTile.BLOCK; lane += LANES) {
      int r0 = dAt + lane;
      int r1 = r0 + rowStep;
      int r2 = r1 + rowStep;
      int r3 = r2 + rowStep;
      int to = vAt + lane;
      inputRow(d, r0, r2, pixelStep, -1f, v, to, pointStep);
      inputRow(d, r2, r1, pixelStep, 1f, v, to + ACROSS * pointStep, pointStep);
      inputRow(d, r2, r1, pixelStep, -1f, v, to + 2 * ACROSS * pointStep, pointStep);
      inputRow(d, r3, r1, pixelStep, -1f, v, to + 3 * ACROSS * pointStep, pointStep);
    }
  }

  /** out = B4^T (d[first] + sign * d[second]) for a row of six pixels. */
  private static void inputRow(
      float[] d, int first, int second, int step, float sign, float[] out, int outAt, int outStep) {
    FloatVector s = FloatVector.broadcast(SPECIES, sign);
    FloatVector d0 =
        FloatVector.fromArray(SPECIES, d, second).fma(s, FloatVector.fromArray(SPECIES, d, first));
    FloatVector d1 =
        FloatVector.fromArray(SPECIES, d, second + step)
            .fma(s, FloatVector.fromArray(SPECIES, d, first + step));
    FloatVector d2 =
        FloatVector.fromArray(SPECIES, d, second + 2 * step)
            .fma(s, FloatVector.fromArray(SPECIES, d, first + 2 * step));
    FloatVector d3 =
        FloatVector.fromArray(SPECIES, d, second + 3 * step)
            .fma(s, FloatVector.fromArray(SPECIES, d, first + 3 * step));
    FloatVector d4 =
        FloatVector.fromArray(SPECIES, d, second + 4 * step)
            .fma(s, FloatVector.fromArray(SPECIES, d, first + 4 * step));
    FloatVector d5 =
        FloatVector.fromArray(SPECIES, d, second + 5 * step)
            .fma(s, FloatVector.fromArray(SPECIES, d, first + 5 * step));
    FloatVector outer = FloatVector.broadcast(SPECIES, AA * BB);
    FloatVector inner = FloatVector.broadcast(SPECIES, -AA - BB);
    d0.fma(outer, d2.fma(inner, d4)).intoArray(out, outAt);
    d1.fma(outer, d3.fma(inner, d5)).intoArray(out, outAt + 5 * outStep);
    FloatVector a = FloatVector.broadcast(SPECIES, A);
    FloatVector b = FloatVector.broadcast(SPECIES, B);
    FloatVector even = d2.fma(FloatVector.broadcast(SPECIES, -BB), d4);
    FloatVector odd = d1.fma(FloatVector.broadcast(SPECIES, -BB), d3);
    odd.fma(a, even).intoArray(out, outAt + outStep);
    odd.fma(a.neg(), even).intoArray(out, outAt + 2 * outStep);
    even = d2.fma(FloatVector.broadcast(SPECIES, -AA), d4);
    odd = d1.fma(FloatVector.broadcast(SPECIES, -AA), d3);
    odd.fma(b, even).intoArray(out, outAt + 3 * outStep);
    odd.fma(b.neg(), even).intoArray(out, outAt + 4 * outStep);
  }

  /** A2^T m A4 for one block of 16 channels; only the first rows x columns of Y are written. */
  static void output(
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
    for (int lane = 0; lane < GemmBlockTile.BLOCK; lane += LANES) {
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

  /**
   * G2 g G4^T for {@link GemmTile#COLUMNS} filters at once, in double.
   *
   * @param g nine rows of COLUMNS floats: tap by tap
   * @param pointStep floats from one of the 24 results to the next
   */
  static void weights(float[] g, int gAt, float[] u, int uAt, int pointStep) {
    for (int lane = 0; lane < GemmTile.COLUMNS; lane += WIDE.length()) {
      int at = gAt + lane;
      int to = uAt + lane;
      int row = ACROSS * pointStep;
      weightRow(g, at, 1, 0, 0, u, to, pointStep);
      weightRow(g, at, 0.5, 0.5, 0.5, u, to + row, pointStep);
      weightRow(g, at, 0.5, -0.5, 0.5, u, to + 2 * row, pointStep);
      weightRow(g, at, 0, 0, 1, u, to + 3 * row, pointStep);
    }
  }

  /** (top * first row + middle * second row + bottom * third row of g) G4^T, then rounded. */
  private static void weightRow(
      float[] g, int at, double top, double middle, double bottom, float[] u, int to, int step) {
    DoubleVector first = DoubleVector.broadcast(WIDE, top);
    DoubleVector second = DoubleVector.broadcast(WIDE, middle);
    DoubleVector third = DoubleVector.broadcast(WIDE, bottom);
    DoubleVector g0 =
        first
            .mul(FloatVector.fromArray(NARROW, g, at).convertShape(F2D, WIDE, 0))
            .add(
                second.mul(
                    FloatVector.fromArray(NARROW, g, at + 3 * GemmTile.COLUMNS)
                        .convertShape(F2D, WIDE, 0)))
            .add(
                third.mul(
                    FloatVector.fromArray(NARROW, g, at + 6 * GemmTile.COLUMNS)
                        .convertShape(F2D, WIDE, 0)));
    DoubleVector g1 =
        first
            .mul(FloatVector.fromArray(NARROW, g, at + GemmTile.COLUMNS).convertShape(F2D, WIDE, 0))
            .add(
                second.mul(
                    FloatVector.fromArray(NARROW, g, at + 4 * GemmTile.COLUMNS)
                        .convertShape(F2D, WIDE, 0)))
            .add(
                third.mul(
                    FloatVector.fromArray(NARROW, g, at + 7 * GemmTile.COLUMNS)
                        .convertShape(F2D, WIDE, 0)));
    DoubleVector g2 =
        first
            .mul(
                FloatVector.fromArray(NARROW, g, at + 2 * GemmTile.COLUMNS)
                    .convertShape(F2D, WIDE, 0))
            .add(
                second.mul(
                    FloatVector.fromArray(NARROW, g, at + 5 * GemmTile.COLUMNS)
                        .convertShape(F2D, WIDE, 0)))
            .add(
                third.mul(
                    FloatVector.fromArray(NARROW, g, at + 8 * GemmTile.COLUMNS)
                        .convertShape(F2D, WIDE, 0)));
    ((FloatVector) g0.mul(OF_ZERO).convertShape(D2F, NARROW, 0)).intoArray(u, to);
    DoubleVector even = g2.mul((double) AA).add(g0).mul(OF_A);
    DoubleVector odd = g1.mul(OF_A * A);
    ((FloatVector) even.add(odd).convertShape(D2F, NARROW, 0)).intoArray(u, to + step);
    ((FloatVector) even.sub(odd).convertShape(D2F, NARROW, 0)).intoArray(u, to + 2 * step);
    even = g2.mul((double) BB).add(g0).mul(OF_B);
    odd = g1.mul(OF_B * B);
    ((FloatVector) even.add(odd).convertShape(D2F, NARROW, 0)).intoArray(u, to + 3 * step);
    ((FloatVector) even.sub(odd).convertShape(D2F, NARROW, 0)).intoArray(u, to + 4 * step);
    ((FloatVector) g2.convertShape(D2F, NARROW, 0)).intoArray(u, to + 5 * step);
  }
}
