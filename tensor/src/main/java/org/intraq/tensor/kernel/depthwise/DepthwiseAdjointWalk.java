package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Micro-kernels of dx for 3x3 taps and stride 2 with one row and column of padding before: one
 * vector of channels and a few rows of dy, along the row, the nine weights in registers.
 *
 * <p>Even rows and columns of dx (counted from 0) meet the middle tap of one row or column of dy,
 * odd ones the last tap of one and the first of the next.
 */
final class DepthwiseAdjointWalk {
  private static final VectorSpecies<Float> S = DepthwiseTile.S;

  private DepthwiseAdjointWalk() {}

  /**
   * 8 rows of dx from 4 rows of dy and the one below them.
   *
   * @param columns of dy
   * @param targets columns of dx, twice as many or one less
   * @param bottom whether the row of dy below is missing
   * @param below whether the last row of dx exists
   */
  static void rows4(
      int columns,
      int targets,
      int c,
      float[] dy,
      int dyAt,
      int dyRow,
      boolean bottom,
      boolean below,
      float[] w,
      int wAt,
      float[] dx,
      int dxAt,
      int dxRow) {
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
    FloatVector old0 = FloatVector.fromArray(S, dy, dyAt);
    FloatVector old1 = FloatVector.fromArray(S, dy, dyAt + dyRow);
    FloatVector old2 = FloatVector.fromArray(S, dy, dyAt + 2 * dyRow);
    FloatVector old3 = FloatVector.fromArray(S, dy, dyAt + 3 * dyRow);
    // Another row stands for one that is missing; what it holds is not used.
    int lowest = dyAt + (bottom ? 3 : 4) * dyRow;
    FloatVector old4 = FloatVector.fromArray(S, dy, lowest);
    for (int q = 0; q < columns; q++) {
      int to = dxAt + 2 * q * c;
      FloatVector even0 = w11.lanewise(FMA, old0, zero);
      FloatVector odd0 = w21.lanewise(FMA, old0, zero);
      odd0 = w01.lanewise(FMA, old1, odd0);
      FloatVector even1 = w11.lanewise(FMA, old1, zero);
      FloatVector odd1 = w21.lanewise(FMA, old1, zero);
      odd1 = w01.lanewise(FMA, old2, odd1);
      FloatVector even2 = w11.lanewise(FMA, old2, zero);
      FloatVector odd2 = w21.lanewise(FMA, old2, zero);
      odd2 = w01.lanewise(FMA, old3, odd2);
      FloatVector even3 = w11.lanewise(FMA, old3, zero);
      FloatVector odd3 = w21.lanewise(FMA, old3, zero);
      if (!bottom) {
        odd3 = w01.lanewise(FMA, old4, odd3);
      }
      even0.intoArray(dx, to);
      odd0.intoArray(dx, to + dxRow);
      even1.intoArray(dx, to + 2 * dxRow);
      odd1.intoArray(dx, to + 3 * dxRow);
      even2.intoArray(dx, to + 4 * dxRow);
      odd2.intoArray(dx, to + 5 * dxRow);
      even3.intoArray(dx, to + 6 * dxRow);
      if (below) {
        odd3.intoArray(dx, to + 7 * dxRow);
      }
      even0 = w12.lanewise(FMA, old0, zero);
      odd0 = w22.lanewise(FMA, old0, zero);
      odd0 = w02.lanewise(FMA, old1, odd0);
      even1 = w12.lanewise(FMA, old1, zero);
      odd1 = w22.lanewise(FMA, old1, zero);
      odd1 = w02.lanewise(FMA, old2, odd1);
      even2 = w12.lanewise(FMA, old2, zero);
      odd2 = w22.lanewise(FMA, old2, zero);
      odd2 = w02.lanewise(FMA, old3, odd2);
      even3 = w12.lanewise(FMA, old3, zero);
      odd3 = w22.lanewise(FMA, old3, zero);
      if (!bottom) {
        odd3 = w02.lanewise(FMA, old4, odd3);
      }
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      FloatVector new3 = zero;
      FloatVector new4 = zero;
      if (q + 1 < columns) {
        int from = dyAt + (q + 1) * c;
        new0 = FloatVector.fromArray(S, dy, from);
        new1 = FloatVector.fromArray(S, dy, from + dyRow);
        new2 = FloatVector.fromArray(S, dy, from + 2 * dyRow);
        new3 = FloatVector.fromArray(S, dy, from + 3 * dyRow);
        new4 = FloatVector.fromArray(S, dy, lowest + (q + 1) * c);
        even0 = w10.lanewise(FMA, new0, even0);
        odd0 = w20.lanewise(FMA, new0, odd0);
        odd0 = w00.lanewise(FMA, new1, odd0);
        even1 = w10.lanewise(FMA, new1, even1);
        odd1 = w20.lanewise(FMA, new1, odd1);
        odd1 = w00.lanewise(FMA, new2, odd1);
        even2 = w10.lanewise(FMA, new2, even2);
        odd2 = w20.lanewise(FMA, new2, odd2);
        odd2 = w00.lanewise(FMA, new3, odd2);
        even3 = w10.lanewise(FMA, new3, even3);
        odd3 = w20.lanewise(FMA, new3, odd3);
        if (!bottom) {
          odd3 = w00.lanewise(FMA, new4, odd3);
        }
      }
      if (2 * q + 1 < targets) {
        even0.intoArray(dx, to + c);
        odd0.intoArray(dx, to + c + dxRow);
        even1.intoArray(dx, to + c + 2 * dxRow);
        odd1.intoArray(dx, to + c + 3 * dxRow);
        even2.intoArray(dx, to + c + 4 * dxRow);
        odd2.intoArray(dx, to + c + 5 * dxRow);
        even3.intoArray(dx, to + c + 6 * dxRow);
        if (below) {
          odd3.intoArray(dx, to + c + 7 * dxRow);
        }
      }
      old0 = new0;
      old1 = new1;
      old2 = new2;
      old3 = new3;
      old4 = new4;
    }
  }

  /**
   * 6 rows of dx from 3 rows of dy and the one below them.
   *
   * @param columns of dy
   * @param targets columns of dx, twice as many or one less
   * @param bottom whether the row of dy below is missing
   * @param below whether the last row of dx exists
   */
  static void rows3(
      int columns,
      int targets,
      int c,
      float[] dy,
      int dyAt,
      int dyRow,
      boolean bottom,
      boolean below,
      float[] w,
      int wAt,
      float[] dx,
      int dxAt,
      int dxRow) {
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
    FloatVector old0 = FloatVector.fromArray(S, dy, dyAt);
    FloatVector old1 = FloatVector.fromArray(S, dy, dyAt + dyRow);
    FloatVector old2 = FloatVector.fromArray(S, dy, dyAt + 2 * dyRow);
    // Another row stands for one that is missing; what it holds is not used.
    int lowest = dyAt + (bottom ? 2 : 3) * dyRow;
    FloatVector old3 = FloatVector.fromArray(S, dy, lowest);
    for (int q = 0; q < columns; q++) {
      int to = dxAt + 2 * q * c;
      FloatVector even0 = w11.lanewise(FMA, old0, zero);
      FloatVector odd0 = w21.lanewise(FMA, old0, zero);
      odd0 = w01.lanewise(FMA, old1, odd0);
      FloatVector even1 = w11.lanewise(FMA, old1, zero);
      FloatVector odd1 = w21.lanewise(FMA, old1, zero);
      odd1 = w01.lanewise(FMA, old2, odd1);
      FloatVector even2 = w11.lanewise(FMA, old2, zero);
      FloatVector odd2 = w21.lanewise(FMA, old2, zero);
      if (!bottom) {
        odd2 = w01.lanewise(FMA, old3, odd2);
      }
      even0.intoArray(dx, to);
      odd0.intoArray(dx, to + dxRow);
      even1.intoArray(dx, to + 2 * dxRow);
      odd1.intoArray(dx, to + 3 * dxRow);
      even2.intoArray(dx, to + 4 * dxRow);
      if (below) {
        odd2.intoArray(dx, to + 5 * dxRow);
      }
      even0 = w12.lanewise(FMA, old0, zero);
      odd0 = w22.lanewise(FMA, old0, zero);
      odd0 = w02.lanewise(FMA, old1, odd0);
      even1 = w12.lanewise(FMA, old1, zero);
      odd1 = w22.lanewise(FMA, old1, zero);
      odd1 = w02.lanewise(FMA, old2, odd1);
      even2 = w12.lanewise(FMA, old2, zero);
      odd2 = w22.lanewise(FMA, old2, zero);
      if (!bottom) {
        odd2 = w02.lanewise(FMA, old3, odd2);
      }
      FloatVector new0 = zero;
      FloatVector new1 = zero;
      FloatVector new2 = zero;
      FloatVector new3 = zero;
      if (q + 1 < columns) {
        int from = dyAt + (q + 1) * c;
        new0 = FloatVector.fromArray(S, dy, from);
        new1 = FloatVector.fromArray(S, dy, from + dyRow);
        new2 = FloatVector.fromArray(S, dy, from + 2 * dyRow);
        new3 = FloatVector.fromArray(S, dy, lowest + (q + 1) * c);
        even0 = w10.lanewise(FMA, new0, even0);
        odd0 = w20.lanewise(FMA, new0, odd0);
        odd0 = w00.lanewise(FMA, new1, odd0);
        even1 = w10.lanewise(FMA, new1, even1);
        odd1 = w20.lanewise(FMA, new1, odd1);
        odd1 = w00.lanewise(FMA, new2, odd1);
        even2 = w10.lanewise(FMA, new2, even2);
        odd2 = w20.lanewise(FMA, new2, odd2);
        if (!bottom) {
          odd2 = w00.lanewise(FMA, new3, odd2);
        }
      }
      if (2 * q + 1 < targets) {
        even0.intoArray(dx, to + c);
        odd0.intoArray(dx, to + c + dxRow);
        even1.intoArray(dx, to + c + 2 * dxRow);
        odd1.intoArray(dx, to + c + 3 * dxRow);
        even2.intoArray(dx, to + c + 4 * dxRow);
        if (below) {
          odd2.intoArray(dx, to + c + 5 * dxRow);
        }
      }
      old0 = new0;
      old1 = new1;
      old2 = new2;
      old3 = new3;
    }
  }
}
