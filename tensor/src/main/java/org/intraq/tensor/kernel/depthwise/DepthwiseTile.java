package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of {@link DepthwiseConv2dSimd}: a few output columns of one row, all channels.
 *
 * <p>A list of rows says where a tile finds the input rows that exist, with the weights that meet
 * them, so that the top and the bottom border cost no branch. Channels go in steps of a vector; the
 * last one overlaps its neighbour instead of using a mask (c >= LANES), which computes some
 * channels twice with the same result.
 */
final class DepthwiseTile {
  static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  static final int LANES = S.length();

  private DepthwiseTile() {}

  /**
   * 4 outputs side by side, stride 1: each of 6 columns is loaded once and used up to three times.
   */
  static void stride1x4(
      int rows,
      int[] xRows,
      int[] wRows,
      int c,
      float[] x,
      int column,
      float[] w,
      float[] y,
      int yAt) {
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector y0 = FloatVector.zero(S);
      FloatVector y1 = FloatVector.zero(S);
      FloatVector y2 = FloatVector.zero(S);
      FloatVector y3 = FloatVector.zero(S);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int wAt = wRows[r] + j;
        FloatVector w0 = FloatVector.fromArray(S, w, wAt);
        FloatVector w1 = FloatVector.fromArray(S, w, wAt + c);
        FloatVector w2 = FloatVector.fromArray(S, w, wAt + 2 * c);
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        y0 = x0.lanewise(FMA, w0, y0);
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
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * c);
        y3 = x5.lanewise(FMA, w2, y3);
      }
      y0.check(S);
      y1.check(S);
      y2.check(S);
      y3.check(S);
      y0.intoArray(y, yAt + j);
      y1.intoArray(y, yAt + j + c);
      y2.intoArray(y, yAt + j + 2 * c);
      y3.intoArray(y, yAt + j + 3 * c);
    }
  }

  /** 4 outputs side by side, stride 2: 9 columns are loaded once, every other one used twice. */
  static void stride2x4(
      int rows,
      int[] xRows,
      int[] wRows,
      int c,
      float[] x,
      int column,
      float[] w,
      float[] y,
      int yAt) {
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector y0 = FloatVector.zero(S);
      FloatVector y1 = FloatVector.zero(S);
      FloatVector y2 = FloatVector.zero(S);
      FloatVector y3 = FloatVector.zero(S);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int wAt = wRows[r] + j;
        FloatVector w0 = FloatVector.fromArray(S, w, wAt);
        FloatVector w1 = FloatVector.fromArray(S, w, wAt + c);
        FloatVector w2 = FloatVector.fromArray(S, w, wAt + 2 * c);
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        y0 = x0.lanewise(FMA, w0, y0);
        FloatVector x1 = FloatVector.fromArray(S, x, at + c);
        y0 = x1.lanewise(FMA, w1, y0);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * c);
        y0 = x2.lanewise(FMA, w2, y0);
        y1 = x2.lanewise(FMA, w0, y1);
        FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * c);
        y1 = x3.lanewise(FMA, w1, y1);
        FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * c);
        y1 = x4.lanewise(FMA, w2, y1);
        y2 = x4.lanewise(FMA, w0, y2);
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * c);
        y2 = x5.lanewise(FMA, w1, y2);
        FloatVector x6 = FloatVector.fromArray(S, x, at + 6 * c);
        y2 = x6.lanewise(FMA, w2, y2);
        y3 = x6.lanewise(FMA, w0, y3);
        FloatVector x7 = FloatVector.fromArray(S, x, at + 7 * c);
        y3 = x7.lanewise(FMA, w1, y3);
        FloatVector x8 = FloatVector.fromArray(S, x, at + 8 * c);
        y3 = x8.lanewise(FMA, w2, y3);
      }
      y0.check(S);
      y1.check(S);
      y2.check(S);
      y3.check(S);
      y0.intoArray(y, yAt + j);
      y1.intoArray(y, yAt + j + c);
      y2.intoArray(y, yAt + j + 2 * c);
      y3.intoArray(y, yAt + j + 3 * c);
    }
  }

  /** 4 outputs side by side, any kernel width, stride and dilation; steps are in elements. */
  static void anyx4(
      int rows,
      int[] xRows,
      int[] wRows,
      int kw,
      int c,
      int tapStep,
      int outputStep,
      float[] x,
      int column,
      float[] w,
      float[] y,
      int yAt) {
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector y0 = FloatVector.zero(S);
      FloatVector y1 = FloatVector.zero(S);
      FloatVector y2 = FloatVector.zero(S);
      FloatVector y3 = FloatVector.zero(S);
      for (int r = 0; r < rows; r++) {
        for (int t = 0; t < kw; t++) {
          int at = xRows[r] + column + t * tapStep + j;
          FloatVector weight = FloatVector.fromArray(S, w, wRows[r] + t * c + j);
          y0 = FloatVector.fromArray(S, x, at).lanewise(FMA, weight, y0);
          y1 = FloatVector.fromArray(S, x, at + outputStep).lanewise(FMA, weight, y1);
          y2 = FloatVector.fromArray(S, x, at + 2 * outputStep).lanewise(FMA, weight, y2);
          y3 = FloatVector.fromArray(S, x, at + 3 * outputStep).lanewise(FMA, weight, y3);
        }
      }
      y0.check(S);
      y1.check(S);
      y2.check(S);
      y3.check(S);
      y0.intoArray(y, yAt + j);
      y1.intoArray(y, yAt + j + c);
      y2.intoArray(y, yAt + j + 2 * c);
      y3.intoArray(y, yAt + j + 3 * c);
    }
  }

  /**
   * The adjoint of stride 2, 8 columns of dx from 5 of dy: an even one (counted from the padding's
   * edge) meets taps 0 and 2, an odd one tap 1.
   */
  static void adjoint2x4(
      int rows,
      int[] dyRows,
      int[] wRows,
      int c,
      float[] dy,
      int column,
      float[] w,
      float[] dx,
      int dxAt) {
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      FloatVector even0 = FloatVector.zero(S);
      FloatVector odd0 = FloatVector.zero(S);
      FloatVector even1 = FloatVector.zero(S);
      FloatVector odd1 = FloatVector.zero(S);
      FloatVector even2 = FloatVector.zero(S);
      FloatVector odd2 = FloatVector.zero(S);
      FloatVector even3 = FloatVector.zero(S);
      FloatVector odd3 = FloatVector.zero(S);
      for (int r = 0; r < rows; r++) {
        int at = dyRows[r] + column + j;
        int wAt = wRows[r] + j;
        FloatVector w0 = FloatVector.fromArray(S, w, wAt);
        FloatVector w1 = FloatVector.fromArray(S, w, wAt + c);
        FloatVector w2 = FloatVector.fromArray(S, w, wAt + 2 * c);
        FloatVector before = FloatVector.fromArray(S, dy, at - c);
        even0 = before.lanewise(FMA, w2, even0);
        FloatVector g0 = FloatVector.fromArray(S, dy, at);
        even0 = g0.lanewise(FMA, w0, even0);
        odd0 = g0.lanewise(FMA, w1, odd0);
        even1 = g0.lanewise(FMA, w2, even1);
        FloatVector g1 = FloatVector.fromArray(S, dy, at + c);
        even1 = g1.lanewise(FMA, w0, even1);
        odd1 = g1.lanewise(FMA, w1, odd1);
        even2 = g1.lanewise(FMA, w2, even2);
        FloatVector g2 = FloatVector.fromArray(S, dy, at + 2 * c);
        even2 = g2.lanewise(FMA, w0, even2);
        odd2 = g2.lanewise(FMA, w1, odd2);
        even3 = g2.lanewise(FMA, w2, even3);
        FloatVector g3 = FloatVector.fromArray(S, dy, at + 3 * c);
        even3 = g3.lanewise(FMA, w0, even3);
        odd3 = g3.lanewise(FMA, w1, odd3);
      }
      even0.check(S);
      odd0.check(S);
      even1.check(S);
      odd1.check(S);
      even2.check(S);
      odd2.check(S);
      even3.check(S);
      odd3.check(S);
      even0.intoArray(dx, dxAt + j);
      odd0.intoArray(dx, dxAt + j + c);
      even1.intoArray(dx, dxAt + j + 2 * c);
      odd1.intoArray(dx, dxAt + j + 3 * c);
      even2.intoArray(dx, dxAt + j + 4 * c);
      odd2.intoArray(dx, dxAt + j + 5 * c);
      even3.intoArray(dx, dxAt + j + 6 * c);
      odd3.intoArray(dx, dxAt + j + 7 * c);
    }
  }
}
