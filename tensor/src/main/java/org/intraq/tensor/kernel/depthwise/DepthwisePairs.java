package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.conv2d.OutputRows;

/**
 * Strips of a correlation of stride 1 by pairs of rows ({@link DepthwisePair}), the last but one
 * row twice where their number is odd.
 *
 * <p>In the caches, two vectors of channels (a cache line) go through the whole strip. Large
 * tensors go pair by pair through all channels, and the walks read what the next pair needs
 * meanwhile, a line of x and of y a column: in the order of memory, which a prefetcher runs ahead
 * of, so that neither loads nor stores wait.
 */
final class DepthwisePairs {
  private static final int LANES = DepthwiseTile.LANES;

  private final DepthwiseGeometry g;
  private final float[] w;
  private final int wAt;
  private final float[] y;
  private final int yAt;
  private final OutputRows after;
  private final boolean ahead;
  private final int xRow;
  private final int yRow;

  DepthwisePairs(
      DepthwiseGeometry g,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      OutputRows after,
      boolean ahead) {
    this.g = g;
    this.w = w;
    this.wAt = wAt;
    this.y = y;
    this.yAt = yAt;
    this.after = after;
    this.ahead = ahead;
    xRow = g.inW() * g.c();
    yRow = g.outW() * g.c();
  }

  /**
   * Rows [first, end) of image n, two at least, vectors of channels [from, to).
   *
   * @param image where row 0 of the image lies in x
   */
  void run(int n, int first, int end, int from, int to, float[] x, int image) {
    if (ahead) {
      inMemoryOrder(n, first, end, x, image);
      return;
    }
    int target = yAt + n * g.outH() * yRow;
    for (int vector = from; vector < to; vector += 2) {
      int last = Math.min(vector + 2, to) - 1;
      for (int p = first; p < end; p += 2) {
        for (int v = vector; v <= last; v++) {
          int j = channel(v);
          int row = Math.min(p, end - 2);
          DepthwisePair.rows(g, row, x, image + j, w, wAt + j, y, target + j);
        }
      }
      if (!after.allChannels()) {
        int j = channel(vector);
        after.done(n, first, end - first, j, channel(last) + LANES - j);
      }
    }
  }

  /** All channels of a pair, then the next. */
  private void inMemoryOrder(int n, int first, int end, float[] x, int image) {
    int c = g.c();
    int target = yAt + n * g.outH() * yRow;
    int step = g.outW() * ReadAhead.LINE;
    int from = g.firstRead(first);
    ReadAhead.row(x, image + from * xRow, (g.endRead(first + 2) - from) * xRow);
    for (int next = first; next < end; next += 2) {
      int p = Math.min(next, end - 2);
      int xNext = image + g.endRead(p + 2) * xRow;
      int yNext = target + (p + 2) * yRow;
      int read = 0;
      for (int i = 0; i < c; i += LANES, xNext += step, yNext += step) {
        int j = Math.min(i, c - LANES);
        // Behind the last row it does not matter what is read.
        int a = Math.min(xNext, x.length - step);
        int b = Math.min(yNext, y.length - step);
        read ^= DepthwisePair.rowsAhead(g, p, x, image + j, w, wAt + j, y, target + j, a, b);
      }
      ReadAhead.keep(read);
      if (!after.allChannels()) {
        after.done(n, p, 2, 0, c);
      }
    }
  }

  private int channel(int vector) {
    return Math.min(vector * LANES, g.c() - LANES);
  }
}
