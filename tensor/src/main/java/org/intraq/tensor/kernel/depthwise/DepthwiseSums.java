package org.intraq.tensor.kernel.depthwise;

/**
 * Walks of the weights' gradient for 3x3 taps, stride 1 and vectors of 16 registers: one row of dy
 * at a time, nine sums, three vectors of dy and one of x ({@link DepthwiseSumsKernels}).
 */
final class DepthwiseSums {
  private DepthwiseSums() {}

  /** Whether this is the faster way. */
  static boolean suits(DepthwiseGeometry g) {
    return DepthwiseTile.LANES < 16
        && g.walks()
        && g.strideH() == 1
        && g.outW() >= 2
        && g.inH() >= 2;
  }

  /**
   * Adds what rows [first, end) of dy of one image meet, one vector of channels.
   *
   * @param xAt where row 0 of x lies
   * @param dyAt where row 0 of dy lies
   */
  static void rows(
      DepthwiseGeometry g,
      int first,
      int end,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] sums,
      int sumAt,
      int tapStep) {
    int c = g.c();
    int xRow = g.inW() * c;
    int yRow = g.outW() * c;
    int left = g.padLeft();
    int from = first;
    int a = xAt + (first - g.padTop()) * xRow;
    int b = dyAt + first * yRow;
    if (from < g.padTop() && from < end) {
      DepthwiseSumsKernels.top(
          1, g.inW(), g.outW(), c, left, x, a, xRow, dy, b, sums, sumAt, tapStep);
      from++;
      a += xRow;
      b += yRow;
    }
    int inside = Math.min(end, g.inH() - 2 + g.padTop()) - from;
    if (inside > 0) {
      DepthwiseSumsKernels.inside(
          inside, g.inW(), g.outW(), c, left, x, a, xRow, dy, b, sums, sumAt, tapStep);
      from += inside;
      a += inside * xRow;
      b += inside * yRow;
    }
    if (from < end) {
      DepthwiseSumsKernels.bottom(
          1, g.inW(), g.outW(), c, left, x, a, xRow, dy, b, sums, sumAt, tapStep);
    }
  }

  /**
   * The same for row p, reading x from {@code xNext} and dy from {@code dyNext} on meanwhile, half
   * a line of each a column, unless it is an image's first or last row.
   *
   * @return something that depends on what was read
   */
  static int rowAhead(
      DepthwiseGeometry g,
      int p,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] sums,
      int sumAt,
      int tapStep,
      int xNext,
      int dyNext) {
    int first = p - g.padTop();
    if (first < 0 || first + 3 > g.inH()) {
      rows(g, p, p + 1, x, xAt, dy, dyAt, sums, sumAt, tapStep);
      return 0;
    }
    int c = g.c();
    int xRow = g.inW() * c;
    int a = xAt + first * xRow;
    int b = dyAt + p * g.outW() * c;
    return DepthwiseSumsKernels.ahead(
        1,
        g.inW(),
        g.outW(),
        c,
        g.padLeft(),
        x,
        a,
        xRow,
        dy,
        b,
        sums,
        sumAt,
        tapStep,
        xNext,
        dyNext);
  }
}
