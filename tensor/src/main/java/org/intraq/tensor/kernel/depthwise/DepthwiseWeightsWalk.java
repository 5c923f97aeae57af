package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of the weights' gradient for 3x3 taps and stride 1: one vector of channels and a
 * few rows of dy, along the row.
 *
 * <p>The nine sums stay in registers for the whole row, {@code sums[sumAt + (3 r + t) * tapStep]}
 * between rows. A column of x meets three columns of dy, which are loaded once: {@code old} with
 * tap 2, {@code mid} with tap 1, {@code new} with tap 0. Parameters are those of {@link
 * DepthwiseWalk#stride1}.
 */
final class DepthwiseWeightsWalk {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseWeightsWalk() {}

  /** 4 rows of dy and 6 of x. */
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
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    FloatVector mid2 = zero;
    FloatVector mid3 = zero;
    if (left == 1) {
      mid0 = FloatVector.fromArray(S, dy, dyAt);
      mid1 = FloatVector.fromArray(S, dy, dyAt + dyRow);
      mid2 = FloatVector.fromArray(S, dy, dyAt + 2 * dyRow);
      mid3 = FloatVector.fromArray(S, dy, dyAt + 3 * dyRow);
    }
    int at = xAt;
    int from = dyAt + left * c;
    for (int k = 0; k < columns; k++, at += c, from += c) {
      boolean hasOld = k >= 2 - left;
      boolean hasMid = k >= 1 - left && k < targets + 1 - left;
      boolean hasNew = k < targets - left;
      FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
      FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * xRow);
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      FloatVector new3 = zero;
      if (hasOld) {
        w12 = x1.lanewise(FMA, old0, w12);
        w02 = x1.lanewise(FMA, old1, w02);
        w22 = x2.lanewise(FMA, old0, w22);
        w12 = x2.lanewise(FMA, old1, w12);
        w02 = x2.lanewise(FMA, old2, w02);
        w22 = x3.lanewise(FMA, old1, w22);
        w12 = x3.lanewise(FMA, old2, w12);
        w02 = x3.lanewise(FMA, old3, w02);
        w22 = x4.lanewise(FMA, old2, w22);
        w12 = x4.lanewise(FMA, old3, w12);
      }
      if (hasMid) {
        w11 = x1.lanewise(FMA, mid0, w11);
        w01 = x1.lanewise(FMA, mid1, w01);
        w21 = x2.lanewise(FMA, mid0, w21);
        w11 = x2.lanewise(FMA, mid1, w11);
        w01 = x2.lanewise(FMA, mid2, w01);
        w21 = x3.lanewise(FMA, mid1, w21);
        w11 = x3.lanewise(FMA, mid2, w11);
        w01 = x3.lanewise(FMA, mid3, w01);
        w21 = x4.lanewise(FMA, mid2, w21);
        w11 = x4.lanewise(FMA, mid3, w11);
      }
      if (hasNew) {
        new0 = FloatVector.fromArray(S, dy, from);
        new1 = FloatVector.fromArray(S, dy, from + dyRow);
        new2 = FloatVector.fromArray(S, dy, from + 2 * dyRow);
        new3 = FloatVector.fromArray(S, dy, from + 3 * dyRow);
        w10 = x1.lanewise(FMA, new0, w10);
        w00 = x1.lanewise(FMA, new1, w00);
        w20 = x2.lanewise(FMA, new0, w20);
        w10 = x2.lanewise(FMA, new1, w10);
        w00 = x2.lanewise(FMA, new2, w00);
        w20 = x3.lanewise(FMA, new1, w20);
        w10 = x3.lanewise(FMA, new2, w10);
        w00 = x3.lanewise(FMA, new3, w00);
        w20 = x4.lanewise(FMA, new2, w20);
        w10 = x4.lanewise(FMA, new3, w10);
      }
      if (!top) {
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        if (hasOld) {
          w02 = x0.lanewise(FMA, old0, w02);
        }
        if (hasMid) {
          w01 = x0.lanewise(FMA, mid0, w01);
        }
        if (hasNew) {
          w00 = x0.lanewise(FMA, new0, w00);
        }
      }
      if (!bottom) {
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * xRow);
        if (hasOld) {
          w22 = x5.lanewise(FMA, old3, w22);
        }
        if (hasMid) {
          w21 = x5.lanewise(FMA, mid3, w21);
        }
        if (hasNew) {
          w20 = x5.lanewise(FMA, new3, w20);
        }
      }
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
      old2 = mid2;
      mid2 = new2;
      old3 = mid3;
      mid3 = new3;
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

  /** 3 rows of dy and 5 of x. */
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
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    FloatVector mid2 = zero;
    if (left == 1) {
      mid0 = FloatVector.fromArray(S, dy, dyAt);
      mid1 = FloatVector.fromArray(S, dy, dyAt + dyRow);
      mid2 = FloatVector.fromArray(S, dy, dyAt + 2 * dyRow);
    }
    int at = xAt;
    int from = dyAt + left * c;
    for (int k = 0; k < columns; k++, at += c, from += c) {
      boolean hasOld = k >= 2 - left;
      boolean hasMid = k >= 1 - left && k < targets + 1 - left;
      boolean hasNew = k < targets - left;
      FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
      FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      if (hasOld) {
        w12 = x1.lanewise(FMA, old0, w12);
        w02 = x1.lanewise(FMA, old1, w02);
        w22 = x2.lanewise(FMA, old0, w22);
        w12 = x2.lanewise(FMA, old1, w12);
        w02 = x2.lanewise(FMA, old2, w02);
        w22 = x3.lanewise(FMA, old1, w22);
        w12 = x3.lanewise(FMA, old2, w12);
      }
      if (hasMid) {
        w11 = x1.lanewise(FMA, mid0, w11);
        w01 = x1.lanewise(FMA, mid1, w01);
        w21 = x2.lanewise(FMA, mid0, w21);
        w11 = x2.lanewise(FMA, mid1, w11);
        w01 = x2.lanewise(FMA, mid2, w01);
        w21 = x3.lanewise(FMA, mid1, w21);
        w11 = x3.lanewise(FMA, mid2, w11);
      }
      if (hasNew) {
        new0 = FloatVector.fromArray(S, dy, from);
        new1 = FloatVector.fromArray(S, dy, from + dyRow);
        new2 = FloatVector.fromArray(S, dy, from + 2 * dyRow);
        w10 = x1.lanewise(FMA, new0, w10);
        w00 = x1.lanewise(FMA, new1, w00);
        w20 = x2.lanewise(FMA, new0, w20);
        w10 = x2.lanewise(FMA, new1, w10);
        w00 = x2.lanewise(FMA, new2, w00);
        w20 = x3.lanewise(FMA, new1, w20);
        w10 = x3.lanewise(FMA, new2, w10);
      }
      if (!top) {
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        if (hasOld) {
          w02 = x0.lanewise(FMA, old0, w02);
        }
        if (hasMid) {
          w01 = x0.lanewise(FMA, mid0, w01);
        }
        if (hasNew) {
          w00 = x0.lanewise(FMA, new0, w00);
        }
      }
      if (!bottom) {
        FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * xRow);
        if (hasOld) {
          w22 = x4.lanewise(FMA, old2, w22);
        }
        if (hasMid) {
          w21 = x4.lanewise(FMA, mid2, w21);
        }
        if (hasNew) {
          w20 = x4.lanewise(FMA, new2, w20);
        }
      }
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
      old2 = mid2;
      mid2 = new2;
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
