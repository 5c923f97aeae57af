package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of the weights' gradient for 3x3 taps and stride 2, as {@link
 * DepthwiseWeightsWalk}: a column of x meets tap 1 of one column of dy, or tap 2 of one and tap 0
 * of the next.
 */
final class DepthwiseWeightsWalkStride2 {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseWeightsWalkStride2() {}

  /** 4 rows of dy and 9 of x. */
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
      float[] dy,
      int dyAt,
      int dyRow,
      float[] sums,
      int sumAt,
      int tapStep) {
    FloatVector w00 = FloatVector.fromArray(S, sums, sumAt);
    FloatVector w01 = FloatVector.fromArray(S, sums, sumAt + tapStep);
    FloatVector w02 = FloatVector.fromArray(S, sums, sumAt + 2 * tapStep);
    FloatVector w10 = FloatVector.fromArray(S, sums, sumAt + 3 * tapStep);
    FloatVector w11 = FloatVector.fromArray(S, sums, sumAt + 4 * tapStep);
    FloatVector w12 = FloatVector.fromArray(S, sums, sumAt + 5 * tapStep);
    FloatVector w20 = FloatVector.fromArray(S, sums, sumAt + 6 * tapStep);
    FloatVector w21 = FloatVector.fromArray(S, sums, sumAt + 7 * tapStep);
    FloatVector w22 = FloatVector.fromArray(S, sums, sumAt + 8 * tapStep);
    FloatVector zero = FloatVector.zero(S);
    FloatVector old0 = zero;
    FloatVector old1 = zero;
    FloatVector old2 = zero;
    FloatVector old3 = zero;
    if (left == 1) {
      old0 = FloatVector.fromArray(S, dy, dyAt);
      old1 = FloatVector.fromArray(S, dy, dyAt + dyRow);
      old2 = FloatVector.fromArray(S, dy, dyAt + 2 * dyRow);
      old3 = FloatVector.fromArray(S, dy, dyAt + 3 * dyRow);
    }
    int at = xAt + (left - 1) * c;
    int from = dyAt + left * c;
    for (int q = left - 1; q < targets; q++, at += 2 * c, from += c) {
      if (q >= 0) {
        if (!top) {
          FloatVector even0 = FloatVector.fromArray(S, x, at);
          w01 = even0.lanewise(FMA, old0, w01);
        }
        FloatVector even1 = FloatVector.fromArray(S, x, at + xRow);
        w11 = even1.lanewise(FMA, old0, w11);
        FloatVector even2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w21 = even2.lanewise(FMA, old0, w21);
        w01 = even2.lanewise(FMA, old1, w01);
        FloatVector even3 = FloatVector.fromArray(S, x, at + 3 * xRow);
        w11 = even3.lanewise(FMA, old1, w11);
        FloatVector even4 = FloatVector.fromArray(S, x, at + 4 * xRow);
        w21 = even4.lanewise(FMA, old1, w21);
        w01 = even4.lanewise(FMA, old2, w01);
        FloatVector even5 = FloatVector.fromArray(S, x, at + 5 * xRow);
        w11 = even5.lanewise(FMA, old2, w11);
        FloatVector even6 = FloatVector.fromArray(S, x, at + 6 * xRow);
        w21 = even6.lanewise(FMA, old2, w21);
        w01 = even6.lanewise(FMA, old3, w01);
        FloatVector even7 = FloatVector.fromArray(S, x, at + 7 * xRow);
        w11 = even7.lanewise(FMA, old3, w11);
        if (!bottom) {
          FloatVector even8 = FloatVector.fromArray(S, x, at + 8 * xRow);
          w21 = even8.lanewise(FMA, old3, w21);
        }
      }
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      FloatVector new3 = zero;
      if (2 * q + 2 - left < columns) {
        FloatVector odd1 = FloatVector.fromArray(S, x, at + c + xRow);
        FloatVector odd2 = FloatVector.fromArray(S, x, at + c + 2 * xRow);
        FloatVector odd3 = FloatVector.fromArray(S, x, at + c + 3 * xRow);
        FloatVector odd4 = FloatVector.fromArray(S, x, at + c + 4 * xRow);
        FloatVector odd5 = FloatVector.fromArray(S, x, at + c + 5 * xRow);
        FloatVector odd6 = FloatVector.fromArray(S, x, at + c + 6 * xRow);
        FloatVector odd7 = FloatVector.fromArray(S, x, at + c + 7 * xRow);
        if (q >= 0) {
          w12 = odd1.lanewise(FMA, old0, w12);
          w22 = odd2.lanewise(FMA, old0, w22);
          w02 = odd2.lanewise(FMA, old1, w02);
          w12 = odd3.lanewise(FMA, old1, w12);
          w22 = odd4.lanewise(FMA, old1, w22);
          w02 = odd4.lanewise(FMA, old2, w02);
          w12 = odd5.lanewise(FMA, old2, w12);
          w22 = odd6.lanewise(FMA, old2, w22);
          w02 = odd6.lanewise(FMA, old3, w02);
          w12 = odd7.lanewise(FMA, old3, w12);
        }
        if (q + 1 < targets) {
          new0 = FloatVector.fromArray(S, dy, from);
          new1 = FloatVector.fromArray(S, dy, from + dyRow);
          new2 = FloatVector.fromArray(S, dy, from + 2 * dyRow);
          new3 = FloatVector.fromArray(S, dy, from + 3 * dyRow);
          w10 = odd1.lanewise(FMA, new0, w10);
          w20 = odd2.lanewise(FMA, new0, w20);
          w00 = odd2.lanewise(FMA, new1, w00);
          w10 = odd3.lanewise(FMA, new1, w10);
          w20 = odd4.lanewise(FMA, new1, w20);
          w00 = odd4.lanewise(FMA, new2, w00);
          w10 = odd5.lanewise(FMA, new2, w10);
          w20 = odd6.lanewise(FMA, new2, w20);
          w00 = odd6.lanewise(FMA, new3, w00);
          w10 = odd7.lanewise(FMA, new3, w10);
        }
        if (!top) {
          FloatVector odd0 = FloatVector.fromArray(S, x, at + c);
          if (q >= 0) {
            w02 = odd0.lanewise(FMA, old0, w02);
          }
          if (q + 1 < targets) {
            w00 = odd0.lanewise(FMA, new0, w00);
          }
        }
        if (!bottom) {
          FloatVector odd8 = FloatVector.fromArray(S, x, at + c + 8 * xRow);
          if (q >= 0) {
            w22 = odd8.lanewise(FMA, old3, w22);
          }
          if (q + 1 < targets) {
            w20 = odd8.lanewise(FMA, new3, w20);
          }
        }
      }
      old0 = new0;
      old1 = new1;
      old2 = new2;
      old3 = new3;
    }
    w00.check(S);
    w01.check(S);
    w02.check(S);
    w10.check(S);
    w11.check(S);
    w12.check(S);
    w20.check(S);
    w21.check(S);
    w22.check(S);
    w00.intoArray(sums, sumAt);
    w01.intoArray(sums, sumAt + tapStep);
    w02.intoArray(sums, sumAt + 2 * tapStep);
    w10.intoArray(sums, sumAt + 3 * tapStep);
    w11.intoArray(sums, sumAt + 4 * tapStep);
    w12.intoArray(sums, sumAt + 5 * tapStep);
    w20.intoArray(sums, sumAt + 6 * tapStep);
    w21.intoArray(sums, sumAt + 7 * tapStep);
    w22.intoArray(sums, sumAt + 8 * tapStep);
  }

  /** 3 rows of dy and 7 of x. */
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
      float[] dy,
      int dyAt,
      int dyRow,
      float[] sums,
      int sumAt,
      int tapStep) {
    FloatVector w00 = FloatVector.fromArray(S, sums, sumAt);
    FloatVector w01 = FloatVector.fromArray(S, sums, sumAt + tapStep);
    FloatVector w02 = FloatVector.fromArray(S, sums, sumAt + 2 * tapStep);
    FloatVector w10 = FloatVector.fromArray(S, sums, sumAt + 3 * tapStep);
    FloatVector w11 = FloatVector.fromArray(S, sums, sumAt + 4 * tapStep);
    FloatVector w12 = FloatVector.fromArray(S, sums, sumAt + 5 * tapStep);
    FloatVector w20 = FloatVector.fromArray(S, sums, sumAt + 6 * tapStep);
    FloatVector w21 = FloatVector.fromArray(S, sums, sumAt + 7 * tapStep);
    FloatVector w22 = FloatVector.fromArray(S, sums, sumAt + 8 * tapStep);
    FloatVector zero = FloatVector.zero(S);
    FloatVector old0 = zero;
    FloatVector old1 = zero;
    FloatVector old2 = zero;
    if (left == 1) {
      old0 = FloatVector.fromArray(S, dy, dyAt);
      old1 = FloatVector.fromArray(S, dy, dyAt + dyRow);
      old2 = FloatVector.fromArray(S, dy, dyAt + 2 * dyRow);
    }
    int at = xAt + (left - 1) * c;
    int from = dyAt + left * c;
    for (int q = left - 1; q < targets; q++, at += 2 * c, from += c) {
      if (q >= 0) {
        if (!top) {
          FloatVector even0 = FloatVector.fromArray(S, x, at);
          w01 = even0.lanewise(FMA, old0, w01);
        }
        FloatVector even1 = FloatVector.fromArray(S, x, at + xRow);
        w11 = even1.lanewise(FMA, old0, w11);
        FloatVector even2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w21 = even2.lanewise(FMA, old0, w21);
        w01 = even2.lanewise(FMA, old1, w01);
        FloatVector even3 = FloatVector.fromArray(S, x, at + 3 * xRow);
        w11 = even3.lanewise(FMA, old1, w11);
        FloatVector even4 = FloatVector.fromArray(S, x, at + 4 * xRow);
        w21 = even4.lanewise(FMA, old1, w21);
        w01 = even4.lanewise(FMA, old2, w01);
        FloatVector even5 = FloatVector.fromArray(S, x, at + 5 * xRow);
        w11 = even5.lanewise(FMA, old2, w11);
        if (!bottom) {
          FloatVector even6 = FloatVector.fromArray(S, x, at + 6 * xRow);
          w21 = even6.lanewise(FMA, old2, w21);
        }
      }
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      if (2 * q + 2 - left < columns) {
        FloatVector odd1 = FloatVector.fromArray(S, x, at + c + xRow);
        FloatVector odd2 = FloatVector.fromArray(S, x, at + c + 2 * xRow);
        FloatVector odd3 = FloatVector.fromArray(S, x, at + c + 3 * xRow);
        FloatVector odd4 = FloatVector.fromArray(S, x, at + c + 4 * xRow);
        FloatVector odd5 = FloatVector.fromArray(S, x, at + c + 5 * xRow);
        if (q >= 0) {
          w12 = odd1.lanewise(FMA, old0, w12);
          w22 = odd2.lanewise(FMA, old0, w22);
          w02 = odd2.lanewise(FMA, old1, w02);
          w12 = odd3.lanewise(FMA, old1, w12);
          w22 = odd4.lanewise(FMA, old1, w22);
          w02 = odd4.lanewise(FMA, old2, w02);
          w12 = odd5.lanewise(FMA, old2, w12);
        }
        if (q + 1 < targets) {
          new0 = FloatVector.fromArray(S, dy, from);
          new1 = FloatVector.fromArray(S, dy, from + dyRow);
          new2 = FloatVector.fromArray(S, dy, from + 2 * dyRow);
          w10 = odd1.lanewise(FMA, new0, w10);
          w20 = odd2.lanewise(FMA, new0, w20);
          w00 = odd2.lanewise(FMA, new1, w00);
          w10 = odd3.lanewise(FMA, new1, w10);
          w20 = odd4.lanewise(FMA, new1, w20);
          w00 = odd4.lanewise(FMA, new2, w00);
          w10 = odd5.lanewise(FMA, new2, w10);
        }
        if (!top) {
          FloatVector odd0 = FloatVector.fromArray(S, x, at + c);
          if (q >= 0) {
            w02 = odd0.lanewise(FMA, old0, w02);
          }
          if (q + 1 < targets) {
            w00 = odd0.lanewise(FMA, new0, w00);
          }
        }
        if (!bottom) {
          FloatVector odd6 = FloatVector.fromArray(S, x, at + c + 6 * xRow);
          if (q >= 0) {
            w22 = odd6.lanewise(FMA, old2, w22);
          }
          if (q + 1 < targets) {
            w20 = odd6.lanewise(FMA, new2, w20);
          }
        }
      }
      old0 = new0;
      old1 = new1;
      old2 = new2;
    }
    w00.check(S);
    w01.check(S);
    w02.check(S);
    w10.check(S);
    w11.check(S);
    w12.check(S);
    w20.check(S);
    w21.check(S);
    w22.check(S);
    w00.intoArray(sums, sumAt);
    w01.intoArray(sums, sumAt + tapStep);
    w02.intoArray(sums, sumAt + 2 * tapStep);
    w10.intoArray(sums, sumAt + 3 * tapStep);
    w11.intoArray(sums, sumAt + 4 * tapStep);
    w12.intoArray(sums, sumAt + 5 * tapStep);
    w20.intoArray(sums, sumAt + 6 * tapStep);
    w21.intoArray(sums, sumAt + 7 * tapStep);
    w22.intoArray(sums, sumAt + 8 * tapStep);
  }
}
