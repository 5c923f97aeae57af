package org.intraq.tensor.kernel.conv2d;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * The three linear maps of Winograd's F(4x4, 3x3), lanes over channels.
 *
 * <pre>
 * Y = A^T [ (G g G^T) . (B^T d B) ] A       g 3x3, d 6x6, Y 4x4, interpolation points 0, 1, -1, 2, -2, infinity
 *
 *       4  0 -5  0  1  0          1/4    0    0         1  1  1  1  1  0
 *       0 -4 -4  1  1  0         -1/6 -1/6 -1/6         0  1 -1  2 -2  0
 * B^T = 0  4 -4 -1  1  0     G = -1/6  1/6 -1/6   A^T = 0  1  1  4  4  0
 *       0 -2 -1  2  1  0         1/24 1/12  1/6         0  1 -1  8 -8  1
 *       0  2 -1 -2  1  0         1/24 -1/12 1/6
 *       0  4  0 -5  0  1            0    0    1
 * </pre>
 *
 * <p>Source: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
 * section 4.3.
 */
final class WinogradTransform {
  /** Elements of a transformed tile. */
  static final int POINTS = 36;

  /** Floats of the scratch that the transforms need. */
  static final int SCRATCH = POINTS * GemmBlockTile.BLOCK;

  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= GemmBlockTile.BLOCK
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();

  private WinogradTransform() {}

  /**
   * B^T d B for one block of 16 channels.
   *
   * @param rowStep floats from one row of d to the next
   * @param pixelStep floats from one pixel of d to the next
   * @param pointStep floats from one of the 36 results to the next
   */
  static void input(
      float[] d,
      int dAt,
      int rowStep,
      int pixelStep,
      float[] v,
      int vAt,
      int pointStep,
      float[] scratch) {
    for (int lane = 0; lane < GemmBlockTile.BLOCK; lane += LANES) {
      for (int j = 0; j < 6; j++) {
        inputLine(d, dAt + lane + j * pixelStep, rowStep, scratch, j * LANES, 6 * LANES);
      }
      for (int i = 0; i < 6; i++) {
        inputLine(scratch, i * 6 * LANES, LANES, v, vAt + lane + i * 6 * pointStep, pointStep);
      }
    }
  }

  /** out = B^T in for six vectors. */
  private static void inputLine(
      float[] in, int inAt, int inStep, float[] out, int outAt, int outStep) {
    FloatVector d0 = FloatVector.fromArray(SPECIES, in, inAt);
    FloatVector d1 = FloatVector.fromArray(SPECIES, in, inAt + inStep);
    FloatVector d2 = FloatVector.fromArray(SPECIES, in, inAt + 2 * inStep);
    FloatVector d3 = FloatVector.fromArray(SPECIES, in, inAt + 3 * inStep);
    FloatVector d4 = FloatVector.fromArray(SPECIES, in, inAt + 4 * inStep);
    FloatVector d5 = FloatVector.fromArray(SPECIES, in, inAt + 5 * inStep);
    FloatVector four = FloatVector.broadcast(SPECIES, 4f);
    FloatVector minusFour = FloatVector.broadcast(SPECIES, -4f);
    FloatVector minusFive = FloatVector.broadcast(SPECIES, -5f);
    FloatVector two = FloatVector.broadcast(SPECIES, 2f);
    FloatVector even = d2.fma(minusFour, d4);
    FloatVector odd = d1.fma(minusFour, d3);
    FloatVector evenTwo = d4.sub(d2);
    FloatVector oddTwo = d3.sub(d1).mul(two);
    d0.fma(four, d2.fma(minusFive, d4)).intoArray(out, outAt);
    even.add(odd).intoArray(out, outAt + outStep);
    even.sub(odd).intoArray(out, outAt + 2 * outStep);
    evenTwo.add(oddTwo).intoArray(out, outAt + 3 * outStep);
    evenTwo.sub(oddTwo).intoArray(out, outAt + 4 * outStep);
    d1.fma(four, d3.fma(minusFive, d5)).intoArray(out, outAt + 5 * outStep);
  }

  /** A^T m A for one block of 16 channels; only the first rows x columns of Y are written. */
  static void output(
      float[] m,
      int mAt,
      int pointStep,
      float[] y,
      int yAt,
      int rowStep,
      int pixelStep,
      int rows,
      int columns,
      float[] scratch) {
    for (int lane = 0; lane < GemmBlockTile.BLOCK; lane += LANES) {
      for (int j = 0; j < 6; j++) {
        outputLine(m, mAt + lane + j * pointStep, 6 * pointStep, scratch, j * LANES, 6 * LANES, 4);
      }
      for (int i = 0; i < rows; i++) {
        outputLine(scratch, i * 6 * LANES, LANES, y, yAt + lane + i * rowStep, pixelStep, columns);
      }
    }
  }

  /** The first {@code count} of A^T in for six vectors. */
  private static void outputLine(
      float[] in, int inAt, int inStep, float[] out, int outAt, int outStep, int count) {
    FloatVector m0 = FloatVector.fromArray(SPECIES, in, inAt);
    FloatVector m1 = FloatVector.fromArray(SPECIES, in, inAt + inStep);
    FloatVector m2 = FloatVector.fromArray(SPECIES, in, inAt + 2 * inStep);
    FloatVector m3 = FloatVector.fromArray(SPECIES, in, inAt + 3 * inStep);
    FloatVector m4 = FloatVector.fromArray(SPECIES, in, inAt + 4 * inStep);
    FloatVector m5 = FloatVector.fromArray(SPECIES, in, inAt + 5 * inStep);
    FloatVector sum = m1.add(m2);
    FloatVector difference = m1.sub(m2);
    FloatVector sumTwo = m3.add(m4);
    FloatVector differenceTwo = m3.sub(m4);
    m0.add(sum).add(sumTwo).intoArray(out, outAt);
    if (count > 1) {
      differenceTwo
          .fma(FloatVector.broadcast(SPECIES, 2f), difference)
          .intoArray(out, outAt + outStep);
    }
    if (count > 2) {
      sumTwo.fma(FloatVector.broadcast(SPECIES, 4f), sum).intoArray(out, outAt + 2 * outStep);
    }
    if (count > 3) {
      differenceTwo
          .fma(FloatVector.broadcast(SPECIES, 8f), difference.add(m5))
          .intoArray(out, outAt + 3 * outStep);
    }
  }

  /**
   * G g G^T for {@link GemmTile#COLUMNS} filters at once.
   *
   * @param g nine vectors of COLUMNS floats: tap by tap
   * @param pointStep floats from one of the 36 results to the next
   */
  static void weights(float[] g, float[] u, int uAt, int pointStep, float[] scratch) {
    int columns = GemmTile.COLUMNS;
    for (int j = 0; j < 3; j++) {
      weightLine(g, j * columns, 3 * columns, scratch, j * columns, 3 * columns);
    }
    for (int i = 0; i < 6; i++) {
      weightLine(scratch, i * 3 * columns, columns, u, uAt + i * 6 * pointStep, pointStep);
    }
  }

  /** out = G in for three rows of COLUMNS floats. */
  private static void weightLine(
      float[] in, int inAt, int inStep, float[] out, int outAt, int outStep) {
    for (int j = 0; j < GemmTile.COLUMNS; j++) {
      float g0 = in[inAt + j];
      float g1 = in[inAt + inStep + j];
      float g2 = in[inAt + 2 * inStep + j];
      float outer = (g0 + g2) * (-1f / 6f);
      float inner = g1 * (1f / 6f);
      float far = g0 * (1f / 24f) + g2 * (1f / 6f);
      float near = g1 * (1f / 12f);
      out[outAt + j] = g0 * 0.25f;
      out[outAt + outStep + j] = outer - inner;
      out[outAt + 2 * outStep + j] = outer + inner;
      out[outAt + 3 * outStep + j] = far + near;
      out[outAt + 4 * outStep + j] = far - near;
      out[outAt + 5 * outStep + j] = g2;
    }
  }
}
