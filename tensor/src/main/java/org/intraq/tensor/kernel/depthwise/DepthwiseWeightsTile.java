package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of the weights' gradient: one vector of channels, all taps in registers.
 *
 * <p>{@code sums} holds a vector for each tap, [KH KW][LANES], which the methods add to.
 */
final class DepthwiseWeightsTile {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;
  private static final int LANES = DepthwiseTile.LANES;

  private DepthwiseWeightsTile() {}

  /**
   * All nine taps of a 3x3 kernel of stride 2 along the row, over rows x columns outputs whose
   * window lies inside the input; 4 outputs share the columns they load.
   */
  static void stride2(
      int rows,
      int columns,
      int c,
      float[] x,
      int xAt,
      int xRow,
      int tapRow,
      float[] dy,
      int dyAt,
      int dyRow,
      float[] sums) {
    FloatVector w00 = FloatVector.fromArray(S, sums, 0);
    FloatVector w01 = FloatVector.fromArray(S, sums, 1 * LANES);
    FloatVector w02 = FloatVector.fromArray(S, sums, 2 * LANES);
    FloatVector w10 = FloatVector.fromArray(S, sums, 3 * LANES);
    FloatVector w11 = FloatVector.fromArray(S, sums, 4 * LANES);
    FloatVector w12 = FloatVector.fromArray(S, sums, 5 * LANES);
    FloatVector w20 = FloatVector.fromArray(S, sums, 6 * LANES);
    FloatVector w21 = FloatVector.fromArray(S, sums, 7 * LANES);
    FloatVector w22 = FloatVector.fromArray(S, sums, 8 * LANES);
    for (int p = 0; p < rows; p++) {
      int a = xAt + p * xRow;
      int g = dyAt + p * dyRow;
      int q = 0;
      for (; q + 2 <= columns; q += 2, a += 4 * c, g += 2 * c) {
        FloatVector g0 = FloatVector.fromArray(S, dy, g);
        FloatVector g1 = FloatVector.fromArray(S, dy, g + c);
        FloatVector x00 = FloatVector.fromArray(S, x, a);
        w00 = x00.lanewise(FMA, g0, w00);
        FloatVector x01 = FloatVector.fromArray(S, x, a + c);
        w01 = x01.lanewise(FMA, g0, w01);
        FloatVector x02 = FloatVector.fromArray(S, x, a + 2 * c);
        w00 = x02.lanewise(FMA, g1, w00);
        w02 = x02.lanewise(FMA, g0, w02);
        FloatVector x03 = FloatVector.fromArray(S, x, a + 3 * c);
        w01 = x03.lanewise(FMA, g1, w01);
        FloatVector x04 = FloatVector.fromArray(S, x, a + 4 * c);
        w02 = x04.lanewise(FMA, g1, w02);
        FloatVector x10 = FloatVector.fromArray(S, x, a + tapRow);
        w10 = x10.lanewise(FMA, g0, w10);
        FloatVector x11 = FloatVector.fromArray(S, x, a + tapRow + c);
        w11 = x11.lanewise(FMA, g0, w11);
        FloatVector x12 = FloatVector.fromArray(S, x, a + tapRow + 2 * c);
        w10 = x12.lanewise(FMA, g1, w10);
        w12 = x12.lanewise(FMA, g0, w12);
        FloatVector x13 = FloatVector.fromArray(S, x, a + tapRow + 3 * c);
        w11 = x13.lanewise(FMA, g1, w11);
        FloatVector x14 = FloatVector.fromArray(S, x, a + tapRow + 4 * c);
        w12 = x14.lanewise(FMA, g1, w12);
        FloatVector x20 = FloatVector.fromArray(S, x, a + 2 * tapRow);
        w20 = x20.lanewise(FMA, g0, w20);
        FloatVector x21 = FloatVector.fromArray(S, x, a + 2 * tapRow + c);
        w21 = x21.lanewise(FMA, g0, w21);
        FloatVector x22 = FloatVector.fromArray(S, x, a + 2 * tapRow + 2 * c);
        w20 = x22.lanewise(FMA, g1, w20);
        w22 = x22.lanewise(FMA, g0, w22);
        FloatVector x23 = FloatVector.fromArray(S, x, a + 2 * tapRow + 3 * c);
        w21 = x23.lanewise(FMA, g1, w21);
        FloatVector x24 = FloatVector.fromArray(S, x, a + 2 * tapRow + 4 * c);
        w22 = x24.lanewise(FMA, g1, w22);
      }
      for (; q < columns; q++, a += 2 * c, g += c) {
        FloatVector g0 = FloatVector.fromArray(S, dy, g);
        FloatVector x00 = FloatVector.fromArray(S, x, a);
        w00 = x00.lanewise(FMA, g0, w00);
        FloatVector x01 = FloatVector.fromArray(S, x, a + c);
        w01 = x01.lanewise(FMA, g0, w01);
        FloatVector x02 = FloatVector.fromArray(S, x, a + 2 * c);
        w02 = x02.lanewise(FMA, g0, w02);
        FloatVector x10 = FloatVector.fromArray(S, x, a + tapRow);
        w10 = x10.lanewise(FMA, g0, w10);
        FloatVector x11 = FloatVector.fromArray(S, x, a + tapRow + c);
        w11 = x11.lanewise(FMA, g0, w11);
        FloatVector x12 = FloatVector.fromArray(S, x, a + tapRow + 2 * c);
        w12 = x12.lanewise(FMA, g0, w12);
        FloatVector x20 = FloatVector.fromArray(S, x, a + 2 * tapRow);
        w20 = x20.lanewise(FMA, g0, w20);
        FloatVector x21 = FloatVector.fromArray(S, x, a + 2 * tapRow + c);
        w21 = x21.lanewise(FMA, g0, w21);
        FloatVector x22 = FloatVector.fromArray(S, x, a + 2 * tapRow + 2 * c);
        w22 = x22.lanewise(FMA, g0, w22);
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
    w00.intoArray(sums, 0);
    w01.intoArray(sums, 1 * LANES);
    w02.intoArray(sums, 2 * LANES);
    w10.intoArray(sums, 3 * LANES);
    w11.intoArray(sums, 4 * LANES);
    w12.intoArray(sums, 5 * LANES);
    w20.intoArray(sums, 6 * LANES);
    w21.intoArray(sums, 7 * LANES);
    w22.intoArray(sums, 8 * LANES);
  }

  /**
   * Adds to sums[at] the count products of x and dy at equal steps; four chains hide the latency.
   */
  static void dot(
      int count,
      float[] x,
      int xAt,
      int xStep,
      float[] dy,
      int dyAt,
      int dyStep,
      float[] sums,
      int at) {
    FloatVector s0 = FloatVector.fromArray(S, sums, at);
    FloatVector s1 = FloatVector.zero(S);
    FloatVector s2 = FloatVector.zero(S);
    FloatVector s3 = FloatVector.zero(S);
    int a = xAt;
    int g = dyAt;
    int i = 0;
    for (; i + 4 <= count; i += 4, a += 4 * xStep, g += 4 * dyStep) {
      s0 = FloatVector.fromArray(S, x, a).lanewise(FMA, FloatVector.fromArray(S, dy, g), s0);
      FloatVector g1 = FloatVector.fromArray(S, dy, g + dyStep);
      s1 = FloatVector.fromArray(S, x, a + xStep).lanewise(FMA, g1, s1);
      FloatVector g2 = FloatVector.fromArray(S, dy, g + 2 * dyStep);
      s2 = FloatVector.fromArray(S, x, a + 2 * xStep).lanewise(FMA, g2, s2);
      FloatVector g3 = FloatVector.fromArray(S, dy, g + 3 * dyStep);
      s3 = FloatVector.fromArray(S, x, a + 3 * xStep).lanewise(FMA, g3, s3);
    }
    for (; i < count; i++, a += xStep, g += dyStep) {
      s0 = FloatVector.fromArray(S, x, a).lanewise(FMA, FloatVector.fromArray(S, dy, g), s0);
    }
    s0.add(s1).add(s2.add(s3)).intoArray(sums, at);
  }
}
