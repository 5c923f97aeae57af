package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernel of {@link DepthwiseConv2dSimd} for 3x3 taps and stride 1: one vector of channels,
 * seven rows of the target, along the row.
 *
 * <p>The nine weights stay in registers for the whole row. A column of the source adds to three
 * columns of the target: it completes {@code old}, goes on with {@code mid} and begins {@code new}.
 * So each sample is loaded once for nine multiply-adds, and there is nothing to set up on the way.
 * What is computed for columns beside the target is not stored. Seven rows, because the maps of the
 * ImageNet networks are 7 times a power of two high, and 21 sums, 9 weights and a sample fill 32
 * registers.
 *
 * <p>Multiply-adds are asked of the weights: loaded before the loop, they are known to C2 as
 * vectors of this width, also where the method has become so large that it inlines the rest late;
 * samples are not, and were kept as objects in some JVMs.
 */
final class DepthwiseWalk {
  /** Rows of the target done together. */
  static final int HEIGHT = 7;

  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseWalk() {}

  /** Where vectors have 16 registers, rows go two by two, which short ones do not repay. */
  static boolean pays(DepthwiseGeometry g) {
    return DepthwiseTile.LANES >= 16 || g.strideH() == 2 || g.outW() >= 2 * HEIGHT;
  }

  /**
   * Stride 1: {@code HEIGHT} rows of the target from {@code HEIGHT + 2} of the source.
   *
   * @param columns of the source
   * @param targets columns of the target
   * @param left columns by which the first window hangs over: 0 or 1
   * @param xAt where the first of the source rows begins, whether it exists or not
   * @param top whether that row is missing
   * @param bottom whether the last one is
   */
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
    FloatVector old2 = zero;
    FloatVector old3 = zero;
    FloatVector old4 = zero;
    FloatVector old5 = zero;
    FloatVector old6 = zero;
    FloatVector mid0 = zero;
    FloatVector mid1 = zero;
    FloatVector mid2 = zero;
    FloatVector mid3 = zero;
    FloatVector mid4 = zero;
    FloatVector mid5 = zero;
    FloatVector mid6 = zero;
    int first = 2 - left;
    int at = xAt;
    int to = yAt - first * c;
    for (int k = 0; k < targets + first; k++, at += c, to += c) {
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      FloatVector new3 = zero;
      FloatVector new4 = zero;
      FloatVector new5 = zero;
      FloatVector new6 = zero;
      if (k < columns) {
        if (!top) {
          FloatVector x0 = FloatVector.fromArray(S, x, at);
          old0 = w02.lanewise(FMA, x0, old0);
          mid0 = w01.lanewise(FMA, x0, mid0);
          new0 = w00.lanewise(FMA, x0, new0);
        }
        FloatVector x1 = FloatVector.fromArray(S, x, at + xRow);
        old0 = w12.lanewise(FMA, x1, old0);
        mid0 = w11.lanewise(FMA, x1, mid0);
        new0 = w10.lanewise(FMA, x1, new0);
        old1 = w02.lanewise(FMA, x1, old1);
        mid1 = w01.lanewise(FMA, x1, mid1);
        new1 = w00.lanewise(FMA, x1, new1);
        FloatVector x2 = FloatVector.fromArray(S, x, at + 2 * xRow);
        old0 = w22.lanewise(FMA, x2, old0);
        mid0 = w21.lanewise(FMA, x2, mid0);
        new0 = w20.lanewise(FMA, x2, new0);
        old1 = w12.lanewise(FMA, x2, old1);
        mid1 = w11.lanewise(FMA, x2, mid1);
        new1 = w10.lanewise(FMA, x2, new1);
        old2 = w02.lanewise(FMA, x2, old2);
        mid2 = w01.lanewise(FMA, x2, mid2);
        new2 = w00.lanewise(FMA, x2, new2);
        FloatVector x3 = FloatVector.fromArray(S, x, at + 3 * xRow);
        old1 = w22.lanewise(FMA, x3, old1);
        mid1 = w21.lanewise(FMA, x3, mid1);
        new1 = w20.lanewise(FMA, x3, new1);
        old2 = w12.lanewise(FMA, x3, old2);
        mid2 = w11.lanewise(FMA, x3, mid2);
        new2 = w10.lanewise(FMA, x3, new2);
        old3 = w02.lanewise(FMA, x3, old3);
        mid3 = w01.lanewise(FMA, x3, mid3);
        new3 = w00.lanewise(FMA, x3, new3);
        FloatVector x4 = FloatVector.fromArray(S, x, at + 4 * xRow);
        old2 = w22.lanewise(FMA, x4, old2);
        mid2 = w21.lanewise(FMA, x4, mid2);
        new2 = w20.lanewise(FMA, x4, new2);
        old3 = w12.lanewise(FMA, x4, old3);
        mid3 = w11.lanewise(FMA, x4, mid3);
        new3 = w10.lanewise(FMA, x4, new3);
        old4 = w02.lanewise(FMA, x4, old4);
        mid4 = w01.lanewise(FMA, x4, mid4);
        new4 = w00.lanewise(FMA, x4, new4);
        FloatVector x5 = FloatVector.fromArray(S, x, at + 5 * xRow);
        old3 = w22.lanewise(FMA, x5, old3);
        mid3 = w21.lanewise(FMA, x5, mid3);
        new3 = w20.lanewise(FMA, x5, new3);
        old4 = w12.lanewise(FMA, x5, old4);
        mid4 = w11.lanewise(FMA, x5, mid4);
        new4 = w10.lanewise(FMA, x5, new4);
        old5 = w02.lanewise(FMA, x5, old5);
        mid5 = w01.lanewise(FMA, x5, mid5);
        new5 = w00.lanewise(FMA, x5, new5);
        FloatVector x6 = FloatVector.fromArray(S, x, at + 6 * xRow);
        old4 = w22.lanewise(FMA, x6, old4);
        mid4 = w21.lanewise(FMA, x6, mid4);
        new4 = w20.lanewise(FMA, x6, new4);
        old5 = w12.lanewise(FMA, x6, old5);
        mid5 = w11.lanewise(FMA, x6, mid5);
        new5 = w10.lanewise(FMA, x6, new5);
        old6 = w02.lanewise(FMA, x6, old6);
        mid6 = w01.lanewise(FMA, x6, mid6);
        new6 = w00.lanewise(FMA, x6, new6);
        FloatVector x7 = FloatVector.fromArray(S, x, at + 7 * xRow);
        old5 = w22.lanewise(FMA, x7, old5);
        mid5 = w21.lanewise(FMA, x7, mid5);
        new5 = w20.lanewise(FMA, x7, new5);
        old6 = w12.lanewise(FMA, x7, old6);
        mid6 = w11.lanewise(FMA, x7, mid6);
        new6 = w10.lanewise(FMA, x7, new6);
        if (!bottom) {
          FloatVector x8 = FloatVector.fromArray(S, x, at + 8 * xRow);
          old6 = w22.lanewise(FMA, x8, old6);
          mid6 = w21.lanewise(FMA, x8, mid6);
          new6 = w20.lanewise(FMA, x8, new6);
        }
      }
      if (k >= first) {
        old0.check(S);
        old1.check(S);
        old2.check(S);
        old3.check(S);
        old4.check(S);
        old5.check(S);
        old6.check(S);
        old0.intoArray(y, to);
        old1.intoArray(y, to + yRow);
        old2.intoArray(y, to + 2 * yRow);
        old3.intoArray(y, to + 3 * yRow);
        old4.intoArray(y, to + 4 * yRow);
        old5.intoArray(y, to + 5 * yRow);
        old6.intoArray(y, to + 6 * yRow);
      }
      old0 = mid0;
      mid0 = new0;
      old1 = mid1;
      mid1 = new1;
      old2 = mid2;
      mid2 = new2;
      old3 = mid3;
      mid3 = new3;
      old4 = mid4;
      mid4 = new4;
      old5 = mid5;
      mid5 = new5;
      old6 = mid6;
      mid6 = new6;
    }
  }
}
