package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of {@link DepthwiseConv2dSimd} for 3x3 taps and stride 2, as {@link DepthwiseWalk}:
 * a column of the source meets tap 1 of one column of the target, or tap 2 of one and tap 0 of the
 * next.
 */
final class DepthwiseWalkStride2 {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseWalkStride2() {}

  /** 4 rows of the target from 9 of the source; see {@link DepthwiseWalk#stride1}. */
  static void rows4(
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
    FloatVector w00 = FloatVector.fromArray(S, w, wAt);
    FloatVector w01 = FloatVector.fromArray(S, w, wAt + c);
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
    FloatVector old2 = zero;
    FloatVector old3 = zero;
    int at = xAt + (left - 1) * c;
    for (int q = left - 1; q < targets; q++, at += 2 * c) {
      if (q >= 0) {
        if (!top) {
          FloatVector even0 = FloatVector.fromArray(S, x, at);
          old0 = w01.lanewise(FMA, even0, old0);
        }
        FloatVector even1 = FloatVector.fromArray(S, x, at + xRow);
        old0 = w11.lanewise(FMA, even1, old0);
        FloatVector even2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        old0 = w21.lanewise(FMA, even2, old0);
        old1 = w01.lanewise(FMA, even2, old1);
        FloatVector even3 = FloatVector.fromArray(S, x, at + 3 * xRow);
        old1 = w11.lanewise(FMA, even3, old1);
        FloatVector even4 = FloatVector.fromArray(S, x, at + 4 * xRow);
        old1 = w21.lanewise(FMA, even4, old1);
        old2 = w01.lanewise(FMA, even4, old2);
        FloatVector even5 = FloatVector.fromArray(S, x, at + 5 * xRow);
        old2 = w11.lanewise(FMA, even5, old2);
        FloatVector even6 = FloatVector.fromArray(S, x, at + 6 * xRow);
        old2 = w21.lanewise(FMA, even6, old2);
        old3 = w01.lanewise(FMA, even6, old3);
        FloatVector even7 = FloatVector.fromArray(S, x, at + 7 * xRow);
        old3 = w11.lanewise(FMA, even7, old3);
        if (!bottom) {
          FloatVector even8 = FloatVector.fromArray(S, x, at + 8 * xRow);
          old3 = w21.lanewise(FMA, even8, old3);
        }
      }
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      FloatVector new3 = zero;
      if (2 * q + 2 - left < columns) {
        if (!top) {
          FloatVector odd0 = FloatVector.fromArray(S, x, at + c);
          old0 = w02.lanewise(FMA, odd0, old0);
          new0 = w00.lanewise(FMA, odd0, new0);
        }
        FloatVector odd1 = FloatVector.fromArray(S, x, at + c + xRow);
        old0 = w12.lanewise(FMA, odd1, old0);
        new0 = w10.lanewise(FMA, odd1, new0);
        FloatVector odd2 = FloatVector.fromArray(S, x, at + c + 2 * xRow);
        old0 = w22.lanewise(FMA, odd2, old0);
        new0 = w20.lanewise(FMA, odd2, new0);
        old1 = w02.lanewise(FMA, odd2, old1);
        new1 = w00.lanewise(FMA, odd2, new1);
        FloatVector odd3 = FloatVector.fromArray(S, x, at + c + 3 * xRow);
        old1 = w12.lanewise(FMA, odd3, old1);
        new1 = w10.lanewise(FMA, odd3, new1);
        FloatVector odd4 = FloatVector.fromArray(S, x, at + c + 4 * xRow);
        old1 = w22.lanewise(FMA, odd4, old1);
        new1 = w20.lanewise(FMA, odd4, new1);
        old2 = w02.lanewise(FMA, odd4, old2);
        new2 = w00.lanewise(FMA, odd4, new2);
        FloatVector odd5 = FloatVector.fromArray(S, x, at + c + 5 * xRow);
        old2 = w12.lanewise(FMA, odd5, old2);
        new2 = w10.lanewise(FMA, odd5, new2);
        FloatVector odd6 = FloatVector.fromArray(S, x, at + c + 6 * xRow);
        old2 = w22.lanewise(FMA, odd6, old2);
        new2 = w20.lanewise(FMA, odd6, new2);
        old3 = w02.lanewise(FMA, odd6, old3);
        new3 = w00.lanewise(FMA, odd6, new3);
        FloatVector odd7 = FloatVector.fromArray(S, x, at + c + 7 * xRow);
        old3 = w12.lanewise(FMA, odd7, old3);
        new3 = w10.lanewise(FMA, odd7, new3);
        if (!bottom) {
          FloatVector odd8 = FloatVector.fromArray(S, x, at + c + 8 * xRow);
          old3 = w22.lanewise(FMA, odd8, old3);
          new3 = w20.lanewise(FMA, odd8, new3);
        }
      }
      if (q >= 0) {
        int to = yAt + q * c;
        old0.check(S);
        old1.check(S);
        old2.check(S);
        old3.check(S);
        old0.intoArray(y, to);
        old1.intoArray(y, to + yRow);
        old2.intoArray(y, to + 2 * yRow);
        old3.intoArray(y, to + 3 * yRow);
      }
      old0 = new0;
      old1 = new1;
      old2 = new2;
      old3 = new3;
    }
  }

  /** 3 rows of the target from 7 of the source; see {@link DepthwiseWalk#stride1}. */
  static void rows3(
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
    FloatVector w00 = FloatVector.fromArray(S, w, wAt);
    FloatVector w01 = FloatVector.fromArray(S, w, wAt + c);
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
    FloatVector old2 = zero;
    int at = xAt + (left - 1) * c;
    for (int q = left - 1; q < targets; q++, at += 2 * c) {
      if (q >= 0) {
        if (!top) {
          FloatVector even0 = FloatVector.fromArray(S, x, at);
          old0 = w01.lanewise(FMA, even0, old0);
        }
        FloatVector even1 = FloatVector.fromArray(S, x, at + xRow);
        old0 = w11.lanewise(FMA, even1, old0);
        FloatVector even2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        old0 = w21.lanewise(FMA, even2, old0);
        old1 = w01.lanewise(FMA, even2, old1);
        FloatVector even3 = FloatVector.fromArray(S, x, at + 3 * xRow);
        old1 = w11.lanewise(FMA, even3, old1);
        FloatVector even4 = FloatVector.fromArray(S, x, at + 4 * xRow);
        old1 = w21.lanewise(FMA, even4, old1);
        old2 = w01.lanewise(FMA, even4, old2);
        FloatVector even5 = FloatVector.fromArray(S, x, at + 5 * xRow);
        old2 = w11.lanewise(FMA, even5, old2);
        if (!bottom) {
          FloatVector even6 = FloatVector.fromArray(S, x, at + 6 * xRow);
          old2 = w21.lanewise(FMA, even6, old2);
        }
      }
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      if (2 * q + 2 - left < columns) {
        if (!top) {
          FloatVector odd0 = FloatVector.fromArray(S, x, at + c);
          old0 = w02.lanewise(FMA, odd0, old0);
          new0 = w00.lanewise(FMA, odd0, new0);
        }
        FloatVector odd1 = FloatVector.fromArray(S, x, at + c + xRow);
        old0 = w12.lanewise(FMA, odd1, old0);
        new0 = w10.lanewise(FMA, odd1, new0);
        FloatVector odd2 = FloatVector.fromArray(S, x, at + c + 2 * xRow);
        old0 = w22.lanewise(FMA, odd2, old0);
        new0 = w20.lanewise(FMA, odd2, new0);
        old1 = w02.lanewise(FMA, odd2, old1);
        new1 = w00.lanewise(FMA, odd2, new1);
        FloatVector odd3 = FloatVector.fromArray(S, x, at + c + 3 * xRow);
        old1 = w12.lanewise(FMA, odd3, old1);
        new1 = w10.lanewise(FMA, odd3, new1);
        FloatVector odd4 = FloatVector.fromArray(S, x, at + c + 4 * xRow);
        old1 = w22.lanewise(FMA, odd4, old1);
        new1 = w20.lanewise(FMA, odd4, new1);
        old2 = w02.lanewise(FMA, odd4, old2);
        new2 = w00.lanewise(FMA, odd4, new2);
        FloatVector odd5 = FloatVector.fromArray(S, x, at + c + 5 * xRow);
        old2 = w12.lanewise(FMA, odd5, old2);
        new2 = w10.lanewise(FMA, odd5, new2);
        if (!bottom) {
          FloatVector odd6 = FloatVector.fromArray(S, x, at + c + 6 * xRow);
          old2 = w22.lanewise(FMA, odd6, old2);
          new2 = w20.lanewise(FMA, odd6, new2);
        }
      }
      if (q >= 0) {
        int to = yAt + q * c;
        old0.check(S);
        old1.check(S);
        old2.check(S);
        old0.intoArray(y, to);
        old1.intoArray(y, to + yRow);
        old2.intoArray(y, to + 2 * yRow);
      }
      old0 = new0;
      old1 = new1;
      old2 = new2;
    }
  }
}
