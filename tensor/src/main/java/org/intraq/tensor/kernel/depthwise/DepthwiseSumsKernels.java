package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The walks of {@link DepthwiseSums}. Generated: change {@code SumsSources}, not this file. */
final class DepthwiseSumsKernels {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseSumsKernels() {}

  /** Three rows of x. */
  static void inside(
      int rows,
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      float[] dy,
      int dyAt,
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
    for (int row = 0; row < rows; row++) {
      int at = xAt + row * xRow;
      int from = dyAt + row * targets * c;
      FloatVector old = FloatVector.fromArray(S, dy, from);
      FloatVector mid = FloatVector.fromArray(S, dy, from + c);
      from += 2 * c;
      if (left == 0) {
        FloatVector a0 = FloatVector.fromArray(S, x, at);
        w00 = a0.lanewise(FMA, old, w00);
        FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
        w10 = a1.lanewise(FMA, old, w10);
        FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w20 = a2.lanewise(FMA, old, w20);
        at += c;
      }
      FloatVector b0 = FloatVector.fromArray(S, x, at);
      w01 = b0.lanewise(FMA, old, w01);
      w00 = b0.lanewise(FMA, mid, w00);
      FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
      w11 = b1.lanewise(FMA, old, w11);
      w10 = b1.lanewise(FMA, mid, w10);
      FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      w21 = b2.lanewise(FMA, old, w21);
      w20 = b2.lanewise(FMA, mid, w20);
      at += c;
      for (int q = 2; q < targets; q++, at += c, from += c) {
        FloatVector last = FloatVector.fromArray(S, dy, from);
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        w02 = x0.lanewise(FMA, old, w02);
        w01 = x0.lanewise(FMA, mid, w01);
        w00 = x0.lanewise(FMA, last, w00);
        FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = x1.lanewise(FMA, old, w12);
        w11 = x1.lanewise(FMA, mid, w11);
        w10 = x1.lanewise(FMA, last, w10);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w22 = x2.lanewise(FMA, old, w22);
        w21 = x2.lanewise(FMA, mid, w21);
        w20 = x2.lanewise(FMA, last, w20);
        old = mid;
        mid = last;
      }
      FloatVector d0 = FloatVector.fromArray(S, x, at);
      w02 = d0.lanewise(FMA, old, w02);
      w01 = d0.lanewise(FMA, mid, w01);
      FloatVector d1 = FloatVector.fromArray(S, x, at + xRow);
      w12 = d1.lanewise(FMA, old, w12);
      w11 = d1.lanewise(FMA, mid, w11);
      FloatVector d2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      w22 = d2.lanewise(FMA, old, w22);
      w21 = d2.lanewise(FMA, mid, w21);
      if (columns > targets + 1 - left) {
        at += c;
        FloatVector e0 = FloatVector.fromArray(S, x, at);
        w02 = e0.lanewise(FMA, mid, w02);
        FloatVector e1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = e1.lanewise(FMA, mid, w12);
        FloatVector e2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w22 = e2.lanewise(FMA, mid, w22);
      }
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

  /** Three rows of x; reads x and dy ahead. */
  static int ahead(
      int rows,
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      float[] dy,
      int dyAt,
      float[] sums,
      int sumAt,
      int tapStep,
      int xNext,
      int dyNext) {
    FloatVector w00 = FloatVector.fromArray(S, sums, sumAt);
    FloatVector w01 = FloatVector.fromArray(S, sums, sumAt + tapStep);
    FloatVector w02 = FloatVector.fromArray(S, sums, sumAt + 2 * tapStep);
    FloatVector w10 = FloatVector.fromArray(S, sums, sumAt + 3 * tapStep);
    FloatVector w11 = FloatVector.fromArray(S, sums, sumAt + 4 * tapStep);
    FloatVector w12 = FloatVector.fromArray(S, sums, sumAt + 5 * tapStep);
    FloatVector w20 = FloatVector.fromArray(S, sums, sumAt + 6 * tapStep);
    FloatVector w21 = FloatVector.fromArray(S, sums, sumAt + 7 * tapStep);
    FloatVector w22 = FloatVector.fromArray(S, sums, sumAt + 8 * tapStep);
    int read = 0;
    for (int row = 0; row < rows; row++) {
      int at = xAt + row * xRow;
      int from = dyAt + row * targets * c;
      FloatVector old = FloatVector.fromArray(S, dy, from);
      FloatVector mid = FloatVector.fromArray(S, dy, from + c);
      from += 2 * c;
      if (left == 0) {
        FloatVector a0 = FloatVector.fromArray(S, x, at);
        w00 = a0.lanewise(FMA, old, w00);
        FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
        w10 = a1.lanewise(FMA, old, w10);
        FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w20 = a2.lanewise(FMA, old, w20);
        at += c;
      }
      FloatVector b0 = FloatVector.fromArray(S, x, at);
      w01 = b0.lanewise(FMA, old, w01);
      w00 = b0.lanewise(FMA, mid, w00);
      FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
      w11 = b1.lanewise(FMA, old, w11);
      w10 = b1.lanewise(FMA, mid, w10);
      FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      w21 = b2.lanewise(FMA, old, w21);
      w20 = b2.lanewise(FMA, mid, w20);
      at += c;
      for (int q = 2; q < targets; q++, at += c, from += c) {
        FloatVector last = FloatVector.fromArray(S, dy, from);
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        w02 = x0.lanewise(FMA, old, w02);
        w01 = x0.lanewise(FMA, mid, w01);
        w00 = x0.lanewise(FMA, last, w00);
        FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = x1.lanewise(FMA, old, w12);
        w11 = x1.lanewise(FMA, mid, w11);
        w10 = x1.lanewise(FMA, last, w10);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w22 = x2.lanewise(FMA, old, w22);
        w21 = x2.lanewise(FMA, mid, w21);
        w20 = x2.lanewise(FMA, last, w20);
        read ^= Float.floatToRawIntBits(x[xNext + q * DepthwiseTile.LANES]);
        read ^= Float.floatToRawIntBits(dy[dyNext + q * DepthwiseTile.LANES]);
        old = mid;
        mid = last;
      }
      FloatVector d0 = FloatVector.fromArray(S, x, at);
      w02 = d0.lanewise(FMA, old, w02);
      w01 = d0.lanewise(FMA, mid, w01);
      FloatVector d1 = FloatVector.fromArray(S, x, at + xRow);
      w12 = d1.lanewise(FMA, old, w12);
      w11 = d1.lanewise(FMA, mid, w11);
      FloatVector d2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      w22 = d2.lanewise(FMA, old, w22);
      w21 = d2.lanewise(FMA, mid, w21);
      if (columns > targets + 1 - left) {
        at += c;
        FloatVector e0 = FloatVector.fromArray(S, x, at);
        w02 = e0.lanewise(FMA, mid, w02);
        FloatVector e1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = e1.lanewise(FMA, mid, w12);
        FloatVector e2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w22 = e2.lanewise(FMA, mid, w22);
      }
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
    return read;
  }

  /** The first row of x is missing. */
  static void top(
      int rows,
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      float[] dy,
      int dyAt,
      float[] sums,
      int sumAt,
      int tapStep) {
    FloatVector w10 = FloatVector.fromArray(S, sums, sumAt + 3 * tapStep);
    FloatVector w11 = FloatVector.fromArray(S, sums, sumAt + 4 * tapStep);
    FloatVector w12 = FloatVector.fromArray(S, sums, sumAt + 5 * tapStep);
    FloatVector w20 = FloatVector.fromArray(S, sums, sumAt + 6 * tapStep);
    FloatVector w21 = FloatVector.fromArray(S, sums, sumAt + 7 * tapStep);
    FloatVector w22 = FloatVector.fromArray(S, sums, sumAt + 8 * tapStep);
    for (int row = 0; row < rows; row++) {
      int at = xAt + row * xRow;
      int from = dyAt + row * targets * c;
      FloatVector old = FloatVector.fromArray(S, dy, from);
      FloatVector mid = FloatVector.fromArray(S, dy, from + c);
      from += 2 * c;
      if (left == 0) {
        FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
        w10 = a1.lanewise(FMA, old, w10);
        FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w20 = a2.lanewise(FMA, old, w20);
        at += c;
      }
      FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
      w11 = b1.lanewise(FMA, old, w11);
      w10 = b1.lanewise(FMA, mid, w10);
      FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      w21 = b2.lanewise(FMA, old, w21);
      w20 = b2.lanewise(FMA, mid, w20);
      at += c;
      for (int q = 2; q < targets; q++, at += c, from += c) {
        FloatVector last = FloatVector.fromArray(S, dy, from);
        FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = x1.lanewise(FMA, old, w12);
        w11 = x1.lanewise(FMA, mid, w11);
        w10 = x1.lanewise(FMA, last, w10);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w22 = x2.lanewise(FMA, old, w22);
        w21 = x2.lanewise(FMA, mid, w21);
        w20 = x2.lanewise(FMA, last, w20);
        old = mid;
        mid = last;
      }
      FloatVector d1 = FloatVector.fromArray(S, x, at + xRow);
      w12 = d1.lanewise(FMA, old, w12);
      w11 = d1.lanewise(FMA, mid, w11);
      FloatVector d2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      w22 = d2.lanewise(FMA, old, w22);
      w21 = d2.lanewise(FMA, mid, w21);
      if (columns > targets + 1 - left) {
        at += c;
        FloatVector e1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = e1.lanewise(FMA, mid, w12);
        FloatVector e2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        w22 = e2.lanewise(FMA, mid, w22);
      }
    }
    w10.check(S);
    w11.check(S);
    w12.check(S);
    w20.check(S);
    w21.check(S);
    w22.check(S);
    w10.intoArray(sums, sumAt + 3 * tapStep);
    w11.intoArray(sums, sumAt + 4 * tapStep);
    w12.intoArray(sums, sumAt + 5 * tapStep);
    w20.intoArray(sums, sumAt + 6 * tapStep);
    w21.intoArray(sums, sumAt + 7 * tapStep);
    w22.intoArray(sums, sumAt + 8 * tapStep);
  }

  /** The last row of x is missing. */
  static void bottom(
      int rows,
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      float[] dy,
      int dyAt,
      float[] sums,
      int sumAt,
      int tapStep) {
    FloatVector w00 = FloatVector.fromArray(S, sums, sumAt);
    FloatVector w01 = FloatVector.fromArray(S, sums, sumAt + tapStep);
    FloatVector w02 = FloatVector.fromArray(S, sums, sumAt + 2 * tapStep);
    FloatVector w10 = FloatVector.fromArray(S, sums, sumAt + 3 * tapStep);
    FloatVector w11 = FloatVector.fromArray(S, sums, sumAt + 4 * tapStep);
    FloatVector w12 = FloatVector.fromArray(S, sums, sumAt + 5 * tapStep);
    for (int row = 0; row < rows; row++) {
      int at = xAt + row * xRow;
      int from = dyAt + row * targets * c;
      FloatVector old = FloatVector.fromArray(S, dy, from);
      FloatVector mid = FloatVector.fromArray(S, dy, from + c);
      from += 2 * c;
      if (left == 0) {
        FloatVector a0 = FloatVector.fromArray(S, x, at);
        w00 = a0.lanewise(FMA, old, w00);
        FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
        w10 = a1.lanewise(FMA, old, w10);
        at += c;
      }
      FloatVector b0 = FloatVector.fromArray(S, x, at);
      w01 = b0.lanewise(FMA, old, w01);
      w00 = b0.lanewise(FMA, mid, w00);
      FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
      w11 = b1.lanewise(FMA, old, w11);
      w10 = b1.lanewise(FMA, mid, w10);
      at += c;
      for (int q = 2; q < targets; q++, at += c, from += c) {
        FloatVector last = FloatVector.fromArray(S, dy, from);
        FloatVector x0 = FloatVector.fromArray(S, x, at);
        w02 = x0.lanewise(FMA, old, w02);
        w01 = x0.lanewise(FMA, mid, w01);
        w00 = x0.lanewise(FMA, last, w00);
        FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = x1.lanewise(FMA, old, w12);
        w11 = x1.lanewise(FMA, mid, w11);
        w10 = x1.lanewise(FMA, last, w10);
        old = mid;
        mid = last;
      }
      FloatVector d0 = FloatVector.fromArray(S, x, at);
      w02 = d0.lanewise(FMA, old, w02);
      w01 = d0.lanewise(FMA, mid, w01);
      FloatVector d1 = FloatVector.fromArray(S, x, at + xRow);
      w12 = d1.lanewise(FMA, old, w12);
      w11 = d1.lanewise(FMA, mid, w11);
      if (columns > targets + 1 - left) {
        at += c;
        FloatVector e0 = FloatVector.fromArray(S, x, at);
        w02 = e0.lanewise(FMA, mid, w02);
        FloatVector e1 = FloatVector.fromArray(S, x, at + xRow);
        w12 = e1.lanewise(FMA, mid, w12);
      }
    }
    w00.check(S);
    w01.check(S);
    w02.check(S);
    w10.check(S);
    w11.check(S);
    w12.check(S);
    w00.intoArray(sums, sumAt);
    w01.intoArray(sums, sumAt + tapStep);
    w02.intoArray(sums, sumAt + 2 * tapStep);
    w10.intoArray(sums, sumAt + 3 * tapStep);
    w11.intoArray(sums, sumAt + 4 * tapStep);
    w12.intoArray(sums, sumAt + 5 * tapStep);
  }
}
