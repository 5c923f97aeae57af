package org.intraq.tensor.kernel.conv2d;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.gemm.GemmBlockTile;

/**
 * The map of the input in Winograd's F(4x4, 3x3), V = B^T d B, lanes over channels: 6x6 pixels, of
 * which neighbouring tiles share two rows and columns, to 6x6 points.
 *
 * <pre>
 * points 0, a, -a, b, -b, infinity; a = 3/4, b = 3/2
 *
 *       aabb    0  -aa-bb     0   1   0
 *         0  -abb    -bb      a   1   0
 * B^T =   0   abb    -bb     -a   1   0      rows of pairs: even = d4 - bb d2, odd = d3 - bb d1;
 *         0  -aab    -aa      b   1   0                     even + a odd, even - a odd
 *         0   aab    -aa     -b   1   0
 *         0  aabb      0  -aa-bb  0   1
 * </pre>
 *
 * <p>All constants are exact in single precision.
 *
 * <p>With 16 registers of 256 bits the four passes take 130 to 210 ns for 16 channels of a tile,
 * whose multiply-adds take about 50. Not kept there, with the same bits (a noisy machine, by turns,
 * two JVMs): columns of a row of tiles first and rows behind them, through an array in blocks of 16
 * channels, 0.96 to 1.26 times as fast; through rows of all channels (35 instructions for 12
 * multiply-adds where the loop over tiles has 70, half of them range checks) 0.97 to 1.26 up to 64
 * channels at 8x8 to 32x32, 0.66 to 0.97 for larger layers.
 *
 * <p>Sources: Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks", CVPR 2016,
 * section 4; Barabasz et al., "Error Analysis and Improving the Accuracy of Winograd Convolution
 * for Deep Neural Networks", ACM TOMS 46(4), 2020 (the points decide the error).
 */
final class WinogradInput {
  /** Rows and columns of an output tile: pixels from one input tile to the next. */
  static final int SIDE = 4;

  /** Rows and columns of an input tile, and of its transform. */
  static final int ACROSS = SIDE + 2;

  /** Elements of a transformed tile. */
  static final int POINTS = ACROSS * ACROSS;

  static final float A = 0.75f;
  static final float B = 1.5f;
  static final float AA = A * A;
  static final float BB = B * B;

  private static final int BLOCK = GemmBlockTile.BLOCK;

  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= BLOCK
          ? FloatVector.SPECIES_PREFERRED
          : FloatVector.SPECIES_512;

  private static final int LANES = SPECIES.length();

  // Constants of the outer rows, which are asked to multiply: C2 knows their class. It checks that
  // of another receiver, and behind a hundred checks a method has calls left, for which vectors
  // become objects. A variable must not begin as one of these: it would be an object from then on.
  private static final FloatVector ZERO = FloatVector.zero(SPECIES);
  private static final FloatVector OUTER = ZERO.broadcast(AA * BB);
  private static final FloatVector INNER = ZERO.broadcast(-AA - BB);
  private static final FloatVector AT_A = ZERO.broadcast(A);
  private static final FloatVector AT_MINUS_A = ZERO.broadcast(-A);
  private static final FloatVector AT_B = ZERO.broadcast(B);
  private static final FloatVector AT_MINUS_B = ZERO.broadcast(-B);
  private static final FloatVector MINUS_A = ZERO.broadcast(-AA);
  private static final FloatVector MINUS_B = ZERO.broadcast(-BB);

  private WinogradInput() {}

  /**
   * B^T d B for {@code tiles} tiles side by side, all channels.
   *
   * @param rowStep floats from one row of d to the next
   * @param channels floats from one pixel of d to the next
   * @param blockStep floats from one block of 16 channels of v to the next
   * @param pointStep floats from one of the 36 results, row by row, to the next
   */
  static void transform(
      float[] d,
      int dAt,
      int rowStep,
      int channels,
      int tiles,
      float[] v,
      int vAt,
      int blockStep,
      int pointStep) {
    int row = ACROSS * pointStep;
    int second = dAt + rowStep;
    int last = vAt + 5 * row;
    outerRow(d, dAt, 2 * rowStep, channels, tiles, v, vAt, blockStep, pointStep);
    outerRow(d, second, 2 * rowStep, channels, tiles, v, last, blockStep, pointStep);
    pairOfRows(
        d, second, rowStep, -BB, A, channels, tiles, v, vAt + row, row, blockStep, pointStep);
    pairOfRows(
        d, second, rowStep, -AA, B, channels, tiles, v, vAt + 3 * row, row, blockStep, pointStep);
  }

  /** The first row of the result from rows 0, 2, 4 of d, or the last one from rows 1, 3, 5. */
  private static void outerRow(
      float[] d,
      int dAt,
      int step,
      int channels,
      int tiles,
      float[] v,
      int vAt,
      int blockStep,
      int pointStep) {
    for (int c = 0; c < channels; c += LANES) {
      int at = dAt + c;
      int to = vAt + c / BLOCK * blockStep + c % BLOCK;
      FloatVector x0 = FloatVector.zero(SPECIES);
      FloatVector x1 = FloatVector.zero(SPECIES);
      for (int column = 0; column < 2; column++) {
        x0 = x1;
        x1 =
            OUTER.lanewise(
                FMA,
                FloatVector.fromArray(SPECIES, d, at),
                INNER.lanewise(
                    FMA,
                    FloatVector.fromArray(SPECIES, d, at + step),
                    FloatVector.fromArray(SPECIES, d, at + 2 * step)));
        at += channels;
      }
      for (int tile = 0; tile < tiles; tile++) {
        FloatVector x2 =
            OUTER.lanewise(
                FMA,
                FloatVector.fromArray(SPECIES, d, at),
                INNER.lanewise(
                    FMA,
                    FloatVector.fromArray(SPECIES, d, at + step),
                    FloatVector.fromArray(SPECIES, d, at + 2 * step)));
        at += channels;
        FloatVector x3 =
            OUTER.lanewise(
                FMA,
                FloatVector.fromArray(SPECIES, d, at),
                INNER.lanewise(
                    FMA,
                    FloatVector.fromArray(SPECIES, d, at + step),
                    FloatVector.fromArray(SPECIES, d, at + 2 * step)));
        at += channels;
        FloatVector x4 =
            OUTER.lanewise(
                FMA,
                FloatVector.fromArray(SPECIES, d, at),
                INNER.lanewise(
                    FMA,
                    FloatVector.fromArray(SPECIES, d, at + step),
                    FloatVector.fromArray(SPECIES, d, at + 2 * step)));
        at += channels;
        FloatVector x5 =
            OUTER.lanewise(
                FMA,
                FloatVector.fromArray(SPECIES, d, at),
                INNER.lanewise(
                    FMA,
                    FloatVector.fromArray(SPECIES, d, at + step),
                    FloatVector.fromArray(SPECIES, d, at + 2 * step)));
        at += channels;
        OUTER.lanewise(FMA, x0, INNER.lanewise(FMA, x2, x4)).intoArray(v, to);
        OUTER.lanewise(FMA, x1, INNER.lanewise(FMA, x3, x5)).intoArray(v, to + 5 * pointStep);
        FloatVector even = MINUS_B.lanewise(FMA, x2, x4);
        FloatVector odd = MINUS_B.lanewise(FMA, x1, x3);
        AT_A.lanewise(FMA, odd, even).intoArray(v, to + pointStep);
        AT_MINUS_A.lanewise(FMA, odd, even).intoArray(v, to + 2 * pointStep);
        even = MINUS_A.lanewise(FMA, x2, x4);
        odd = MINUS_A.lanewise(FMA, x1, x3);
        AT_B.lanewise(FMA, odd, even).intoArray(v, to + 3 * pointStep);
        AT_MINUS_B.lanewise(FMA, odd, even).intoArray(v, to + 4 * pointStep);
        to += BLOCK;
        x0 = x4;
        x1 = x5;
      }
    }
  }

  /**
   * The two rows even + point * odd and even - point * odd, from rows 1 to 4 of d: even = d4 +
   * square * d2, odd = d3 + square * d1. Two rows share their loads; all six in one method would
   * bring C2 near its limit of nodes, beyond which it leaves vectors in memory.
   */
  private static void pairOfRows(
      float[] d,
      int dAt,
      int step,
      float square,
      float point,
      int channels,
      int tiles,
      float[] v,
      int vAt,
      int vRow,
      int blockStep,
      int pointStep) {
    FloatVector s = FloatVector.broadcast(SPECIES, square);
    FloatVector plus = FloatVector.broadcast(SPECIES, point);
    FloatVector minus = FloatVector.broadcast(SPECIES, -point);
    FloatVector outer = FloatVector.broadcast(SPECIES, AA * BB);
    FloatVector inner = FloatVector.broadcast(SPECIES, -AA - BB);
    FloatVector atA = FloatVector.broadcast(SPECIES, A);
    FloatVector atMinusA = FloatVector.broadcast(SPECIES, -A);
    FloatVector atB = FloatVector.broadcast(SPECIES, B);
    FloatVector atMinusB = FloatVector.broadcast(SPECIES, -B);
    FloatVector minusA = FloatVector.broadcast(SPECIES, -AA);
    FloatVector minusB = FloatVector.broadcast(SPECIES, -BB);
    for (int c = 0; c < channels; c += LANES) {
      int at = dAt + c;
      int to = vAt + c / BLOCK * blockStep + c % BLOCK;
      FloatVector even =
          FloatVector.fromArray(SPECIES, d, at + step)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 3 * step));
      FloatVector odd =
          FloatVector.fromArray(SPECIES, d, at)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 2 * step));
      FloatVector x0 = odd.lanewise(FMA, plus, even);
      FloatVector y0 = odd.lanewise(FMA, minus, even);
      at += channels;
      even =
          FloatVector.fromArray(SPECIES, d, at + step)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 3 * step));
      odd =
          FloatVector.fromArray(SPECIES, d, at)
              .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 2 * step));
      FloatVector x1 = odd.lanewise(FMA, plus, even);
      FloatVector y1 = odd.lanewise(FMA, minus, even);
      at += channels;
      for (int tile = 0; tile < tiles; tile++) {
        even =
            FloatVector.fromArray(SPECIES, d, at + step)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 3 * step));
        odd =
            FloatVector.fromArray(SPECIES, d, at)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 2 * step));
        FloatVector x2 = odd.lanewise(FMA, plus, even);
        FloatVector y2 = odd.lanewise(FMA, minus, even);
        at += channels;
        even =
            FloatVector.fromArray(SPECIES, d, at + step)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 3 * step));
        odd =
            FloatVector.fromArray(SPECIES, d, at)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 2 * step));
        FloatVector x3 = odd.lanewise(FMA, plus, even);
        FloatVector y3 = odd.lanewise(FMA, minus, even);
        at += channels;
        even =
            FloatVector.fromArray(SPECIES, d, at + step)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 3 * step));
        odd =
            FloatVector.fromArray(SPECIES, d, at)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 2 * step));
        FloatVector x4 = odd.lanewise(FMA, plus, even);
        FloatVector y4 = odd.lanewise(FMA, minus, even);
        at += channels;
        even =
            FloatVector.fromArray(SPECIES, d, at + step)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 3 * step));
        odd =
            FloatVector.fromArray(SPECIES, d, at)
                .lanewise(FMA, s, FloatVector.fromArray(SPECIES, d, at + 2 * step));
        FloatVector x5 = odd.lanewise(FMA, plus, even);
        FloatVector y5 = odd.lanewise(FMA, minus, even);
        at += channels;
        x0.lanewise(FMA, outer, x2.lanewise(FMA, inner, x4)).intoArray(v, to);
        x1.lanewise(FMA, outer, x3.lanewise(FMA, inner, x5)).intoArray(v, to + 5 * pointStep);
        even = x2.lanewise(FMA, minusB, x4);
        odd = x1.lanewise(FMA, minusB, x3);
        odd.lanewise(FMA, atA, even).intoArray(v, to + pointStep);
        odd.lanewise(FMA, atMinusA, even).intoArray(v, to + 2 * pointStep);
        even = x2.lanewise(FMA, minusA, x4);
        odd = x1.lanewise(FMA, minusA, x3);
        odd.lanewise(FMA, atB, even).intoArray(v, to + 3 * pointStep);
        odd.lanewise(FMA, atMinusB, even).intoArray(v, to + 4 * pointStep);
        int next = to + vRow;
        y0.lanewise(FMA, outer, y2.lanewise(FMA, inner, y4)).intoArray(v, next);
        y1.lanewise(FMA, outer, y3.lanewise(FMA, inner, y5)).intoArray(v, next + 5 * pointStep);
        even = y2.lanewise(FMA, minusB, y4);
        odd = y1.lanewise(FMA, minusB, y3);
        odd.lanewise(FMA, atA, even).intoArray(v, next + pointStep);
        odd.lanewise(FMA, atMinusA, even).intoArray(v, next + 2 * pointStep);
        even = y2.lanewise(FMA, minusA, y4);
        odd = y1.lanewise(FMA, minusA, y3);
        odd.lanewise(FMA, atB, even).intoArray(v, next + 3 * pointStep);
        odd.lanewise(FMA, atMinusB, even).intoArray(v, next + 4 * pointStep);
        to += BLOCK;
        x0 = x4;
        x1 = x5;
        y0 = y4;
        y1 = y5;
      }
    }
  }
}
