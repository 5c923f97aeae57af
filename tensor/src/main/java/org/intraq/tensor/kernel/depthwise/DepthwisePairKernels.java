package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The walks of {@link DepthwisePair}. Generated: change {@code PairSources}, not this file. */
final class DepthwisePairKernels {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwisePairKernels() {}

  /** All four rows exist. */
  static void inside(
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
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
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    int at = xAt;
    if (left == 0) {
      FloatVector a0 = FloatVector.fromArray(S, x, at);
      old0 = w00.lanewise(FMA, a0, old0);
      FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
      old0 = w10.lanewise(FMA, a1, old0);
      old1 = w00.lanewise(FMA, a1, old1);
      FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      old0 = w20.lanewise(FMA, a2, old0);
      old1 = w10.lanewise(FMA, a2, old1);
      FloatVector a3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      old1 = w20.lanewise(FMA, a3, old1);
      at += c;
    }
    FloatVector b0 = FloatVector.fromArray(S, x, at);
    old0 = w01.lanewise(FMA, b0, old0);
    mid0 = w00.lanewise(FMA, b0, mid0);
    FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
    old0 = w11.lanewise(FMA, b1, old0);
    mid0 = w10.lanewise(FMA, b1, mid0);
    old1 = w01.lanewise(FMA, b1, old1);
    mid1 = w00.lanewise(FMA, b1, mid1);
    FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
    old0 = w21.lanewise(FMA, b2, old0);
    mid0 = w20.lanewise(FMA, b2, mid0);
    old1 = w11.lanewise(FMA, b2, old1);
    mid1 = w10.lanewise(FMA, b2, mid1);
    FloatVector b3 = FloatVector.fromArray(S, x, at + 3 * xRow);
    old1 = w21.lanewise(FMA, b3, old1);
    mid1 = w20.lanewise(FMA, b3, mid1);
    at += c;
    int to = yAt;
    int whole = Math.min(targets, columns - 2 + left);
    for (int q = 0; q < whole; q++, at += c, to += c) {
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector x0 = FloatVector.fromArray(S, x, at);
      old0 = w02.lanewise(FMA, x0, old0);
      mid0 = w01.lanewise(FMA, x0, mid0);
      new0 = w00.lanewise(FMA, x0, new0);
      VarHandle.loadLoadFence();
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
      FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      old1 = w22.lanewise(FMA, x3, old1);
      mid1 = w21.lanewise(FMA, x3, mid1);
      new1 = w20.lanewise(FMA, x3, new1);
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
    }
    if (whole < targets) {
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
    }
  }

  /** All four rows exist; reads a line of x and of y ahead a step. */
  static int ahead(
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      int yRow,
      int xNext,
      int yNext) {
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
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    int at = xAt;
    if (left == 0) {
      FloatVector a0 = FloatVector.fromArray(S, x, at);
      old0 = w00.lanewise(FMA, a0, old0);
      FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
      old0 = w10.lanewise(FMA, a1, old0);
      old1 = w00.lanewise(FMA, a1, old1);
      FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      old0 = w20.lanewise(FMA, a2, old0);
      old1 = w10.lanewise(FMA, a2, old1);
      FloatVector a3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      old1 = w20.lanewise(FMA, a3, old1);
      at += c;
    }
    FloatVector b0 = FloatVector.fromArray(S, x, at);
    old0 = w01.lanewise(FMA, b0, old0);
    mid0 = w00.lanewise(FMA, b0, mid0);
    FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
    old0 = w11.lanewise(FMA, b1, old0);
    mid0 = w10.lanewise(FMA, b1, mid0);
    old1 = w01.lanewise(FMA, b1, old1);
    mid1 = w00.lanewise(FMA, b1, mid1);
    FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
    old0 = w21.lanewise(FMA, b2, old0);
    mid0 = w20.lanewise(FMA, b2, mid0);
    old1 = w11.lanewise(FMA, b2, old1);
    mid1 = w10.lanewise(FMA, b2, mid1);
    FloatVector b3 = FloatVector.fromArray(S, x, at + 3 * xRow);
    old1 = w21.lanewise(FMA, b3, old1);
    mid1 = w20.lanewise(FMA, b3, mid1);
    at += c;
    int to = yAt;
    int read = 0;
    int whole = Math.min(targets, columns - 2 + left);
    for (int q = 0; q < whole; q++, at += c, to += c) {
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector x0 = FloatVector.fromArray(S, x, at);
      old0 = w02.lanewise(FMA, x0, old0);
      mid0 = w01.lanewise(FMA, x0, mid0);
      new0 = w00.lanewise(FMA, x0, new0);
      VarHandle.loadLoadFence();
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
      FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      old1 = w22.lanewise(FMA, x3, old1);
      mid1 = w21.lanewise(FMA, x3, mid1);
      new1 = w20.lanewise(FMA, x3, new1);
      read ^= Float.floatToRawIntBits(x[xNext + q * ReadAhead.LINE]);
      read ^= Float.floatToRawIntBits(y[yNext + q * ReadAhead.LINE]);
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
    }
    if (whole < targets) {
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
    }
    return read;
  }

  /** The first row is missing. */
  static void top(
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
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
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    int at = xAt;
    if (left == 0) {
      FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
      old0 = w10.lanewise(FMA, a1, old0);
      old1 = w00.lanewise(FMA, a1, old1);
      FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      old0 = w20.lanewise(FMA, a2, old0);
      old1 = w10.lanewise(FMA, a2, old1);
      FloatVector a3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      old1 = w20.lanewise(FMA, a3, old1);
      at += c;
    }
    FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
    old0 = w11.lanewise(FMA, b1, old0);
    mid0 = w10.lanewise(FMA, b1, mid0);
    old1 = w01.lanewise(FMA, b1, old1);
    mid1 = w00.lanewise(FMA, b1, mid1);
    FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
    old0 = w21.lanewise(FMA, b2, old0);
    mid0 = w20.lanewise(FMA, b2, mid0);
    old1 = w11.lanewise(FMA, b2, old1);
    mid1 = w10.lanewise(FMA, b2, mid1);
    FloatVector b3 = FloatVector.fromArray(S, x, at + 3 * xRow);
    old1 = w21.lanewise(FMA, b3, old1);
    mid1 = w20.lanewise(FMA, b3, mid1);
    at += c;
    int to = yAt;
    int whole = Math.min(targets, columns - 2 + left);
    for (int q = 0; q < whole; q++, at += c, to += c) {
      FloatVector new0 = zero;
      FloatVector new1 = zero;
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
      FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
      old1 = w22.lanewise(FMA, x3, old1);
      mid1 = w21.lanewise(FMA, x3, mid1);
      new1 = w20.lanewise(FMA, x3, new1);
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
    }
    if (whole < targets) {
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
    }
  }

  /** The last row is missing. */
  static void bottom(
      int columns,
      int targets,
      int c,
      int left,
      float[] x,
      int xAt,
      int xRow,
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
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    int at = xAt;
    if (left == 0) {
      FloatVector a0 = FloatVector.fromArray(S, x, at);
      old0 = w00.lanewise(FMA, a0, old0);
      FloatVector a1 = FloatVector.fromArray(S, x, at + xRow);
      old0 = w10.lanewise(FMA, a1, old0);
      old1 = w00.lanewise(FMA, a1, old1);
      FloatVector a2 = FloatVector.fromArray(S, x, at + 2 * xRow);
      old0 = w20.lanewise(FMA, a2, old0);
      old1 = w10.lanewise(FMA, a2, old1);
      at += c;
    }
    FloatVector b0 = FloatVector.fromArray(S, x, at);
    old0 = w01.lanewise(FMA, b0, old0);
    mid0 = w00.lanewise(FMA, b0, mid0);
    FloatVector b1 = FloatVector.fromArray(S, x, at + xRow);
    old0 = w11.lanewise(FMA, b1, old0);
    mid0 = w10.lanewise(FMA, b1, mid0);
    old1 = w01.lanewise(FMA, b1, old1);
    mid1 = w00.lanewise(FMA, b1, mid1);
    FloatVector b2 = FloatVector.fromArray(S, x, at + 2 * xRow);
    old0 = w21.lanewise(FMA, b2, old0);
    mid0 = w20.lanewise(FMA, b2, mid0);
    old1 = w11.lanewise(FMA, b2, old1);
    mid1 = w10.lanewise(FMA, b2, mid1);
    at += c;
    int to = yAt;
    int whole = Math.min(targets, columns - 2 + left);
    for (int q = 0; q < whole; q++, at += c, to += c) {
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector x0 = FloatVector.fromArray(S, x, at);
      old0 = w02.lanewise(FMA, x0, old0);
      mid0 = w01.lanewise(FMA, x0, mid0);
      new0 = w00.lanewise(FMA, x0, new0);
      VarHandle.loadLoadFence();
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
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
    }
    if (whole < targets) {
      old0.check(S);
      old1.check(S);
      old0.intoArray(y, to);
      old1.intoArray(y, to + yRow);
    }
  }
}
