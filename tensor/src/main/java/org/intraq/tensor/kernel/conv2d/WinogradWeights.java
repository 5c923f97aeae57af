package org.intraq.tensor.kernel.conv2d;

import static jdk.incubator.vector.VectorOperators.D2F;
import static jdk.incubator.vector.VectorOperators.F2D;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.A;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.AA;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.ACROSS;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.B;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.BB;
import static org.intraq.tensor.kernel.conv2d.WinogradInput.POINTS;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;
import org.intraq.tensor.kernel.gemm.GemmBlocks;
import org.intraq.tensor.kernel.gemm.GemmTile;

/**
 * The map of the weights in Winograd's F(4x4, 3x3), U = G g G^T: 3x3 taps to 36 points.
 *
 * <pre>
 * row p of G = [1, p, pp] / product of p - q over the other points q; last [0, 0, 1]
 * points 0, a, -a, b, -b, infinity, see {@link WinogradInput}
 * </pre>
 */
final class WinogradWeights {
  // The points' factors in G: one over the product of differences to the other points.
  private static final double OF_ZERO = 1.0 / (AA * BB);
  private static final double OF_A = 1.0 / (2 * AA * (AA - BB));
  private static final double OF_B = 1.0 / (2 * BB * (BB - AA));

  private static final VectorSpecies<Double> WIDE =
      DoubleVector.SPECIES_PREFERRED.length() <= DoubleVector.SPECIES_512.length()
          ? DoubleVector.SPECIES_PREFERRED
          : DoubleVector.SPECIES_512;

  /** As many floats as a vector of doubles has lanes. */
  private static final VectorSpecies<Float> NARROW =
      VectorSpecies.of(float.class, VectorShape.forBitSize(WIDE.vectorBitSize() / 2));

  private static final int BLOCK = GemmBlockTile.BLOCK;
  private static final int SLOT_COPY = 8;

  private WinogradWeights() {}

  /** Floats of the transformed weights of a pass. */
  static int size(CorrelationPass pass) {
    return POINTS * step(pass);
  }

  /** Floats from one point to the next. */
  static int step(CorrelationPass pass) {
    return GemmBlocks.pointStep(pass.inChannels() * pass.outChannels());
  }

  /** Transforms one panel of weights: u[point * step + (panel * IC + c) * COLUMNS + j]. */
  static void packPanel(
      CorrelationPass pass, Conv2dShape s, float[] w, int wOffset, int panel, float[] u) {
    int columns = GemmTile.COLUMNS;
    float[] filters = Scratch.floats(SLOT_COPY, BLOCK * 9 * columns);
    for (int c = 0; c < pass.inChannels(); c += BLOCK) {
      for (int t = 0; t < 9; t++) {
        int tap = pass.rows().tap(t / 3) * 3 + pass.columns().tap(t % 3);
        int at = wOffset + tap * s.ic() * s.oc();
        if (pass.adjoint()) {
          transposedTap(w, at + panel * columns * s.oc() + c, s.oc(), t, filters);
        } else {
          for (int i = 0; i < BLOCK; i++) {
            int source = at + (c + i) * s.oc() + panel * columns;
            System.arraycopy(w, source, filters, (i * 9 + t) * columns, columns);
          }
        }
      }
      for (int i = 0; i < BLOCK; i++) {
        int to = (panel * pass.inChannels() + c + i) * columns;
        transform(filters, i * 9 * columns, u, to, step(pass));
      }
    }
  }

  /** One tap's block of the weights read transposed, along the rows that they are stored in. */
  private static void transposedTap(float[] w, int at, int step, int tap, float[] filters) {
    for (int j = 0; j < GemmTile.COLUMNS; j++) {
      for (int i = 0; i < BLOCK; i++) {
        filters[(i * 9 + tap) * GemmTile.COLUMNS + j] = w[at + j * step + i];
      }
    }
  }

  /**
   * G g G^T for {@link GemmTile#COLUMNS} filters at once, in double.
   *
   * @param g nine rows of COLUMNS floats: tap by tap
   * @param pointStep floats from one of the 36 results, row by row, to the next
   */
  static void transform(float[] g, int gAt, float[] u, int uAt, int pointStep) {
    for (int lane = 0; lane < GemmTile.COLUMNS; lane += WIDE.length()) {
      int at = gAt + lane;
      int to = uAt + lane;
      int row = ACROSS * pointStep;
      weightRow(g, at, OF_ZERO, 0, 0, u, to, pointStep);
      weightRow(g, at, OF_A, OF_A * A, OF_A * AA, u, to + row, pointStep);
      weightRow(g, at, OF_A, -OF_A * A, OF_A * AA, u, to + 2 * row, pointStep);
      weightRow(g, at, OF_B, OF_B * B, OF_B * BB, u, to + 3 * row, pointStep);
      weightRow(g, at, OF_B, -OF_B * B, OF_B * BB, u, to + 4 * row, pointStep);
      weightRow(g, at, 0, 0, 1, u, to + 5 * row, pointStep);
    }
  }

  /** (top * first row + middle * second row + bottom * third row of g) G^T, then rounded. */
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
