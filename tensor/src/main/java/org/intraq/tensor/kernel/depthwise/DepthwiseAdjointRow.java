package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Rows of dx where a stride is above 1, for {@link DepthwiseConv2dSimd}. */
final class DepthwiseAdjointRow {
  private static final int LANES = DepthwiseTile.LANES;

  /** Elements of dx that do not stay in the caches: then it is written in long runs instead. */
  private static final int LARGE = 1 << 22;

  private DepthwiseAdjointRow() {}

  /** Whether rows of dx are walked along by {@link DepthwiseAdjointWalk}. */
  static boolean walks(Conv2dShape s) {
    return s.inputSize() < LARGE
        && s.outH() >= DepthwiseWalk.HEIGHT
        && DepthwiseGeometry.of(s).walks()
        && s.strideH() == 2
        && s.padTop() == 1
        && s.padLeft() == 1
        && s.w() <= 2 * s.outW();
  }

  /**
   * Rows of dx from the even i on: two for each of {@link DepthwiseWalk#HEIGHT} rows of dy; the
   * last one may lie below dx.
   */
  static void walk(
      Conv2dShape s, float[] dy, int image, int i, float[] w, int wAt, float[] dx, int dxAt) {
    int c = s.ic();
    int dyRow = s.outW() * c;
    int dxRow = s.w() * c;
    int p = i / 2;
    boolean bottom = p + DepthwiseWalk.HEIGHT >= s.outH();
    boolean below = i + 2 * DepthwiseWalk.HEIGHT <= s.h();
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      int a = image + p * dyRow + j;
      int b = dxAt + j;
      DepthwiseAdjointWalk.rows4(
          s.outW(), s.w(), c, dy, a, dyRow, false, true, w, wAt + j, dx, b, dxRow);
      DepthwiseAdjointWalk.rows3(
          s.outW(),
          s.w(),
          c,
          dy,
          a + 4 * dyRow,
          dyRow,
          bottom,
          below,
          w,
          wAt + j,
          dx,
          b + 8 * dxRow,
          dxRow);
    }
  }

  /** One row of dx where a stride is above 1. */
  static void row(
      Conv2dShape s, float[] dy, int image, int i, float[] w, int wAt, float[] dx, int dxAt) {
    int[] dyRows = Scratch.ints(DepthwiseRow.SOURCE_ROWS, s.kh());
    int[] wRows = Scratch.ints(DepthwiseRow.WEIGHT_ROWS, s.kh());
    int c = s.ic();
    int rows = 0;
    for (int r = 0; r < s.kh(); r++) {
      int at = i + s.padTop() - r * s.dilationH();
      if (at >= 0 && at % s.strideH() == 0 && at / s.strideH() < s.outH()) {
        dyRows[rows] = image + at / s.strideH() * s.outW() * c;
        wRows[rows++] = wAt + r * s.kw() * c;
      }
    }
    int k = 0;
    if (s.kw() == 3 && s.strideW() == 2 && s.dilationW() == 1 && c >= LANES) {
      // Windows q whose pair of columns 2q - padLeft, 2q + 1 - padLeft lies in dx, with q - 1 in dy
      int from = Math.max(1, (s.padLeft() + 1) / 2);
      int to = Math.min(s.outW(), (s.w() + s.padLeft()) / 2);
      if (to - from >= 4) {
        for (; k < 2 * from - s.padLeft(); k++) {
          pixel(s, k, rows, dyRows, wRows, dy, w, dx, dxAt + k * c);
        }
        for (int q = from; q < to; q += 4) {
          int at = Math.min(q, to - 4);
          int column = 2 * at - s.padLeft();
          DepthwiseTile.adjoint2x4(rows, dyRows, wRows, c, dy, at * c, w, dx, dxAt + column * c);
        }
        k = 2 * to - s.padLeft();
      }
    }
    for (; k < s.w(); k++) {
      pixel(s, k, rows, dyRows, wRows, dy, w, dx, dxAt + k * c);
    }
  }

  /**
   * One pixel of dx: taps t = first, first + step, ... whose window starts on the stride's grid.
   */
  private static void pixel(
      Conv2dShape s,
      int k,
      int rows,
      int[] dyRows,
      int[] wRows,
      float[] dy,
      float[] w,
      float[] dx,
      int dxAt) {
    int c = s.ic();
    int first = -1;
    int second = -1;
    int taps = 0;
    for (int t = 0; t < s.kw(); t++) {
      int at = k + s.padLeft() - t * s.dilationW();
      if (at >= 0 && at % s.strideW() == 0 && at / s.strideW() < s.outW()) {
        second = taps == 1 ? t : second;
        first = taps == 0 ? t : first;
        taps++;
      }
    }
    // Taps that hit are evenly spaced, and so are the windows they hit, backwards.
    int step = taps > 1 ? second - first : 0;
    int q = taps == 0 ? 0 : (k + s.padLeft() - first * s.dilationW()) / s.strideW();
    int back = step * s.dilationW() / s.strideW();
    DepthwiseRow.pixel(
        rows,
        dyRows,
        wRows,
        taps,
        c,
        -back * c,
        dy,
        q * c,
        step * c,
        w,
        Math.max(first, 0) * c,
        dx,
        dxAt);
  }
}
