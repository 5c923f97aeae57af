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

  private DepthwiseWeightsTile() {}

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
