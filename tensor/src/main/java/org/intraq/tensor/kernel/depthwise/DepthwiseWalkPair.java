package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link DepthwiseWalk#stride1} for vectors of 16 registers: nine weights, six sums, one column of
 * the source. A fence behind each of its rows (no instruction on x86) keeps the compiler from
 * loading the others first, for which there is no register.
 *
 * <p>Every sum has its terms in the same order as there: the same bits.
 */
final class DepthwiseWalkPair {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseWalkPair() {}

  /** Whether this is the faster way. */
  static boolean suits() {
    return DepthwiseTile.LANES < 16;
  }

  /** {@link DepthwiseWalk#HEIGHT} rows, the last but one twice. */
  static void stride1(
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      boolean top,
      boolean bottom,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      int yRow) {
    int last = DepthwiseWalk.HEIGHT - 2;
    for (int next = 0; next <= last + 1; next += 2) {
      int row = Math.min(next, last);
      rows2(
          columns,
          targets,
          c,
          left,
          x,
          xAt + row * xRow,
          xRow,
          top && row == 0,
          bottom && row == last,
          w,
          wAt,
          y,
          yAt + row * yRow,
          yRow);
    }
  }

  private static void rows2(
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      boolean top,
      boolean bottom,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      int yRow) {
    FloatVector w00 = FloatVector.fromArray(S, w, wAt + 0 * c);
    FloatVector w01 = FloatVector.fromArray(S, w, wAt + 1 * c);
    FloatVector w02 = FloatVector.fromArray(S, w, wAt + 2 * c);
    FloatVector w10 = FloatVector.fromArray(S, w, wAt + 3 * c);
    FloatVector w11 = FloatVector.fromArray(S, w, wAt + 4 * c);
    FloatVector w12 = FloatVector.fromArray(S, w, wAt + 5 * c);
    FloatVector w20 = FloatVector.fromArray(S, w, wAt + 6 * c);
    FloatVector w21 = FloatVector.fromArray(S, w, wAt + 7 * c);
    FloatVector w22 = FloatVector.fromArray(S, w, wAt + 8 * c);
    FloatVector zero = FloatVector.zero(S);
    FloatVector old0 = zero;
    FloatVector old1 = zero;
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    int first = 2 - left;
    int at = xAt;
    int to = yAt - first * c;
    for (int k = 0; k < targets + first; k++, at += c, to += c) {
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      if (k < columns) {
        if (!top) {
          FloatVector x0 = FloatVector.fromArray(S, x, at);
          old0 = w02.lanewise(FMA, x0, old0);
          mid0 = w01.lanewise(FMA, x0, mid0);
          new0 = w00.lanewise(FMA, x0, new0);
          VarHandle.loadLoadFence();
        }
        FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
        old0 = w12.lanewise(FMA, x1, old0);
        mid0 = w11.lanewise(FMA, x1, mid0);
        new0 = w10.lanewise(FMA, x1, new0);
        old1 = w02.lanewise(FMA, x1, old1);
        mid1 = w01.lanewise(FMA, x1, mid1);
        new1 = w00.lanewise(FMA, x1, new1);
        VarHandle.loadLoadFence();
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        old0 = w22.lanewise(FMA, x2, old0);
        mid0 = w21.lanewise(FMA, x2, mid0);
        new0 = w20.lanewise(FMA, x2, new0);
        old1 = w12.lanewise(FMA, x2, old1);
        mid1 = w11.lanewise(FMA, x2, mid1);
        new1 = w10.lanewise(FMA, x2, new1);
        VarHandle.loadLoadFence();
        if (!bottom) {
          FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
          old1 = w22.lanewise(FMA, x3, old1);
          mid1 = w21.lanewise(FMA, x3, mid1);
          new1 = w20.lanewise(FMA, x3, new1);
        }
      }
      if (k >= first) {
        old0.check(S);
        old1.check(S);
        old0.intoArray(y, to);
        old1.intoArray(y, to + yRow);
      }
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
    }
  }
}
