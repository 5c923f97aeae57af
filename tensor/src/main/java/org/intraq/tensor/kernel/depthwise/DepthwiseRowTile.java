package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of {@link DepthwiseConv2dSimd} for 3 columns of taps and stride 1: a few output
 * columns of one row, all channels, the row's ends included.
 *
 * <p>Where the window of the first output hangs over the left border by one column, or that of the
 * last one over the right, {@code left} and {@code right} leave that tap out: a branch that goes
 * the same way for all channels costs less than border pixels of their own, whose single sum waits
 * for every multiply-add. Seven outputs because the maps of the ImageNet networks are 7 times a
 * power of two wide. Rows and channels are as in {@link DepthwiseTile}.
 *
 * <p>Vectors are asked by {@code lanewise} and {@code check}, as in the tiles of the matrix
 * product: {@code fma} and {@code intoArray} have one profile for vectors of all widths, and where
 * C2 does not know the width in time it keeps them as objects, in some JVMs.
 */
final class DepthwiseRowTile {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;
  private static final int LANES = DepthwiseTile.LANES;

  private DepthwiseRowTile() {}

  /**
   * 7 outputs side by side, stride 1: each of 9 columns is loaded once and used up to three times.
   */
  static void stride1x7(
      int rows,
      int[] xRows,
      int[] wRows,
      int c,
      float[] x,
      int column,
      boolean left,
      boolean right,
      float[] w,
      float[] y,
      int yAt) {
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector y0 = FloatVector.zero(S);
      FloatVector y1 = FloatVector.zero(S);
      FloatVector y2 = FloatVector.zero(S);
      FloatVector y3 = FloatVector.zero(S);
      FloatVector y4 = FloatVector.zero(S);
      FloatVector y5 = FloatVector.zero(S);
      FloatVector y6 = FloatVector.zero(S);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int wAt = wRows[r] + j;
        FloatVector w0 = FloatVector.fromArray(S, w, wAt);
        FloatVector w1 = FloatVector.fromArray(S, w, wAt + c);
        FloatVector w2 = FloatVector.fromArray(S, w, wAt + 2 * c);
        if (!left) {
          FloatVector x0 = FloatVector.fromArray(S, x, at);
          y0 = x0.lanewise(FMA, w0, y0);
        }
        FloatVector x1 = FloatVector.fromArray(S, x, at + c);
        y0 = x1.lanewise(FMA, w1, y0);
        y1 = x1.lanewise(FMA, w0, y1);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * c);
        y0 = x2.lanewise(FMA, w2, y0);
        y1 = x2.lanewise(FMA, w1, y1);
        y2 = x2.lanewise(FMA, w0, y2);
        FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * c);
        y1 = x3.lanewise(FMA, w2, y1);
        y2 = x3.lanewise(FMA, w1, y2);
        y3 = x3.lanewise(FMA, w0, y3);
        FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * c);
        y2 = x4.lanewise(FMA, w2, y2);
        y3 = x4.lanewise(FMA, w1, y3);
        y4 = x4.lanewise(FMA, w0, y4);
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * c);
        y3 = x5.lanewise(FMA, w2, y3);
        y4 = x5.lanewise(FMA, w1, y4);
        y5 = x5.lanewise(FMA, w0, y5);
        FloatVector x6 = FloatVector.fromArray(S, x, at + 6 * c);
        y4 = x6.lanewise(FMA, w2, y4);
        y5 = x6.lanewise(FMA, w1, y5);
        y6 = x6.lanewise(FMA, w0, y6);
        FloatVector x7 = FloatVector.fromArray(S, x, at + 7 * c);
        y5 = x7.lanewise(FMA, w2, y5);
        y6 = x7.lanewise(FMA, w1, y6);
        if (!right) {
          FloatVector x8 = FloatVector.fromArray(S, x, at + 8 * c);
          y6 = x8.lanewise(FMA, w2, y6);
        }
      }
      y0.check(S);
      y1.check(S);
      y2.check(S);
      y3.check(S);
      y4.check(S);
      y5.check(S);
      y6.check(S);
      y0.intoArray(y, yAt + j);
      y1.intoArray(y, yAt + j + c);
      y2.intoArray(y, yAt + j + 2 * c);
      y3.intoArray(y, yAt + j + 3 * c);
      y4.intoArray(y, yAt + j + 4 * c);
      y5.intoArray(y, yAt + j + 5 * c);
      y6.intoArray(y, yAt + j + 6 * c);
    }
  }

  /**
   * 8 outputs side by side, stride 1: each of 10 columns is loaded once and used up to three times.
   */
  static void stride1x8(
      int rows,
      int[] xRows,
      int[] wRows,
      int c,
      float[] x,
      int column,
      boolean left,
      boolean right,
      float[] w,
      float[] y,
      int yAt) {
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector y0 = FloatVector.zero(S);
      FloatVector y1 = FloatVector.zero(S);
      FloatVector y2 = FloatVector.zero(S);
      FloatVector y3 = FloatVector.zero(S);
      FloatVector y4 = FloatVector.zero(S);
      FloatVector y5 = FloatVector.zero(S);
      FloatVector y6 = FloatVector.zero(S);
      FloatVector y7 = FloatVector.zero(S);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int wAt = wRows[r] + j;
        FloatVector w0 = FloatVector.fromArray(S, w, wAt);
        FloatVector w1 = FloatVector.fromArray(S, w, wAt + c);
        FloatVector w2 = FloatVector.fromArray(S, w, wAt + 2 * c);
        if (!left) {
          FloatVector x0 = FloatVector.fromArray(S, x, at);
          y0 = x0.lanewise(FMA, w0, y0);
        }
        FloatVector x1 = FloatVector.fromArray(S, x, at + c);
        y0 = x1.lanewise(FMA, w1, y0);
        y1 = x1.lanewise(FMA, w0, y1);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * c);
        y0 = x2.lanewise(FMA, w2, y0);
        y1 = x2.lanewise(FMA, w1, y1);
        y2 = x2.lanewise(FMA, w0, y2);
        FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * c);
        y1 = x3.lanewise(FMA, w2, y1);
        y2 = x3.lanewise(FMA, w1, y2);
        y3 = x3.lanewise(FMA, w0, y3);
        FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * c);
        y2 = x4.lanewise(FMA, w2, y2);
        y3 = x4.lanewise(FMA, w1, y3);
        y4 = x4.lanewise(FMA, w0, y4);
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * c);
        y3 = x5.lanewise(FMA, w2, y3);
        y4 = x5.lanewise(FMA, w1, y4);
        y5 = x5.lanewise(FMA, w0, y5);
        FloatVector x6 = FloatVector.fromArray(S, x, at + 6 * c);
        y4 = x6.lanewise(FMA, w2, y4);
        y5 = x6.lanewise(FMA, w1, y5);
        y6 = x6.lanewise(FMA, w0, y6);
        FloatVector x7 = FloatVector.fromArray(S, x, at + 7 * c);
        y5 = x7.lanewise(FMA, w2, y5);
        y6 = x7.lanewise(FMA, w1, y6);
        y7 = x7.lanewise(FMA, w0, y7);
        FloatVector x8 = FloatVector.fromArray(S, x, at + 8 * c);
        y6 = x8.lanewise(FMA, w2, y6);
        y7 = x8.lanewise(FMA, w1, y7);
        if (!right) {
          FloatVector x9 = FloatVector.fromArray(S, x, at + 9 * c);
          y7 = x9.lanewise(FMA, w2, y7);
        }
      }
      y0.check(S);
      y1.check(S);
      y2.check(S);
      y3.check(S);
      y4.check(S);
      y5.check(S);
      y6.check(S);
      y7.check(S);
      y0.intoArray(y, yAt + j);
      y1.intoArray(y, yAt + j + c);
      y2.intoArray(y, yAt + j + 2 * c);
      y3.intoArray(y, yAt + j + 3 * c);
      y4.intoArray(y, yAt + j + 4 * c);
      y5.intoArray(y, yAt + j + 5 * c);
      y6.intoArray(y, yAt + j + 6 * c);
      y7.intoArray(y, yAt + j + 7 * c);
    }
  }
}
