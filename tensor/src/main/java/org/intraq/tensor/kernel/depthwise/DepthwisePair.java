package org.intraq.tensor.kernel.depthwise;

/**
 * {@link DepthwiseWalk#stride1} for vectors of 16 registers, two rows of the target at a time: nine
 * weights, six sums, one vector of the source. A fence behind each of a column's vectors (no
 * instruction on x86) keeps the compiler from loading the others first, for which there is no
 * register; pairs at the top and bottom have methods of their own ({@link DepthwisePairKernels}).
 *
 * <p>Every sum has its terms in the same order whatever the pair: a row has the same bits in each.
 */
final class DepthwisePair {
  private DepthwisePair() {}

  /** Whether this is the faster way for stride 1. */
  static boolean suits() {
    return DepthwiseTile.LANES < 16;
  }

  /**
   * Rows p and p + 1 of the target of one image, one vector of channels.
   *
   * @param x the source, row 0 from {@code xAt} on
   * @param y the target, row 0 from {@code yAt} on
   */
  static void rows(
      DepthwiseGeometry g, int p, float[] x, int xAt, float[] w, int wAt, float[] y, int yAt) {
    int c = g.c();
    int xRow = g.inW() * c;
    int yRow = g.outW() * c;
    int first = p - g.padTop();
    int a = xAt + first * xRow;
    int b = yAt + p * yRow;
    int left = g.padLeft();
    if (first < 0) {
      DepthwisePairKernels.top(g.inW(), g.outW(), c, left, x, a, xRow, w, wAt, y, b, yRow);
    } else if (first + 4 > g.inH()) {
      DepthwisePairKernels.bottom(g.inW(), g.outW(), c, left, x, a, xRow, w, wAt, y, b, yRow);
    } else {
      DepthwisePairKernels.inside(g.inW(), g.outW(), c, left, x, a, xRow, w, wAt, y, b, yRow);
    }
  }

  /**
   * The same, which reads a line of x from {@code xNext} and one of y from {@code yNext} on for
   * each column meanwhile. The first and last pairs of an image do not.
   *
   * @return something that depends on what was read
   */
  static int rowsAhead(
      DepthwiseGeometry g,
      int p,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      int xNext,
      int yNext) {
    int first = p - g.padTop();
    if (first < 0 || first + 4 > g.inH()) {
      rows(g, p, x, xAt, w, wAt, y, yAt);
      return 0;
    }
    int c = g.c();
    int xRow = g.inW() * c;
    int yRow = g.outW() * c;
    int a = xAt + first * xRow;
    int b = yAt + p * yRow;
    int left = g.padLeft();
    return DepthwisePairKernels.ahead(
        g.inW(), g.outW(), c, left, x, a, xRow, w, wAt, y, b, yRow, xNext, yNext);
  }
}
