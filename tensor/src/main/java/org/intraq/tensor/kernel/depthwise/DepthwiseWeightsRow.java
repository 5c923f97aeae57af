package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of the weights' gradient for 3x3 kernels: a few outputs of one row, one vector of
 * channels after the other, so that x and dy are read in the order in which they lie in memory.
 *
 * <p>The sums of tap (r, t) and channels from + i on are {@code sums[sumRows[r] + t * tapStep +
 * i]}; {@code from} is the group's first channel. The last vector of channels overlaps its
 * neighbour in x and dy, and has sums of its own. A list of rows says where the rows of x that
 * exist begin. Where the first window hangs over the left border by one column, or the last one
 * over the right, {@code left} and {@code right} leave that tap out.
 */
final class DepthwiseWeightsRow {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;
  private static final int LANES = DepthwiseTile.LANES;

  private DepthwiseWeightsRow() {}

  /**
   * Adds what 7 outputs side by side of one row meet, stride 1; 9 columns of the input are loaded
   * once.
   */
  static void stride1x7(
      int rows,
      int[] xRows,
      int[] sumRows,
      int tapStep,
      int c,
      int from,
      int to,
      float[] x,
      int column,
      boolean left,
      boolean right,
      float[] dy,
      int dyAt,
      float[] sums) {
    for (int next = from; next < to; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector g0 = FloatVector.fromArray(S, dy, dyAt + j);
      FloatVector g1 = FloatVector.fromArray(S, dy, dyAt + j + c);
      FloatVector g2 = FloatVector.fromArray(S, dy, dyAt + j + 2 * c);
      FloatVector g3 = FloatVector.fromArray(S, dy, dyAt + j + 3 * c);
      FloatVector g4 = FloatVector.fromArray(S, dy, dyAt + j + 4 * c);
      FloatVector g5 = FloatVector.fromArray(S, dy, dyAt + j + 5 * c);
      FloatVector g6 = FloatVector.fromArray(S, dy, dyAt + j + 6 * c);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int sum = sumRows[r] + next - from;
        FloatVector s0 = FloatVector.fromArray(S, sums, sum);
        FloatVector s1 = FloatVector.fromArray(S, sums, sum + tapStep);
        FloatVector s2 = FloatVector.fromArray(S, sums, sum + 2 * tapStep);
        if (!left) {
          FloatVector x0 = FloatVector.fromArray(S, x, at);
          s0 = x0.lanewise(FMA, g0, s0);
        }
        FloatVector x1 = FloatVector.fromArray(S, x, at + c);
        s1 = x1.lanewise(FMA, g0, s1);
        s0 = x1.lanewise(FMA, g1, s0);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * c);
        s2 = x2.lanewise(FMA, g0, s2);
        s1 = x2.lanewise(FMA, g1, s1);
        s0 = x2.lanewise(FMA, g2, s0);
        FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * c);
        s2 = x3.lanewise(FMA, g1, s2);
        s1 = x3.lanewise(FMA, g2, s1);
        s0 = x3.lanewise(FMA, g3, s0);
        FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * c);
        s2 = x4.lanewise(FMA, g2, s2);
        s1 = x4.lanewise(FMA, g3, s1);
        s0 = x4.lanewise(FMA, g4, s0);
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * c);
        s2 = x5.lanewise(FMA, g3, s2);
        s1 = x5.lanewise(FMA, g4, s1);
        s0 = x5.lanewise(FMA, g5, s0);
        FloatVector x6 = FloatVector.fromArray(S, x, at + 6 * c);
        s2 = x6.lanewise(FMA, g4, s2);
        s1 = x6.lanewise(FMA, g5, s1);
        s0 = x6.lanewise(FMA, g6, s0);
        FloatVector x7 = FloatVector.fromArray(S, x, at + 7 * c);
        s2 = x7.lanewise(FMA, g5, s2);
        s1 = x7.lanewise(FMA, g6, s1);
        if (!right) {
          FloatVector x8 = FloatVector.fromArray(S, x, at + 8 * c);
          s2 = x8.lanewise(FMA, g6, s2);
        }
        s0.check(S);
        s1.check(S);
        s2.check(S);
        s0.intoArray(sums, sum);
        s1.intoArray(sums, sum + tapStep);
        s2.intoArray(sums, sum + 2 * tapStep);
      }
    }
  }

  /** Adds what one output meets with the taps [first, end) of each row. */
  static void single(
      int rows,
      int[] xRows,
      int[] sumRows,
      int tapStep,
      int c,
      int from,
      int to,
      float[] x,
      int column,
      int first,
      int end,
      float[] dy,
      int dyAt,
      float[] sums) {
    for (int next = from; next < to; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector gradient = FloatVector.fromArray(S, dy, dyAt + j);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int sum = sumRows[r] + next - from;
        for (int t = first; t < end; t++) {
          FloatVector sample = FloatVector.fromArray(S, x, at + t * c);
          FloatVector old = FloatVector.fromArray(S, sums, sum + t * tapStep);
          sample.lanewise(FMA, gradient, old).intoArray(sums, sum + t * tapStep);
        }
      }
    }
  }
}
