package org.intraq.tensor.kernel.depthwise;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;

/**
 * The weights' gradient of a chunk for three columns of taps, along the rows: 3x3 taps in walks of
 * four and three rows ({@link DepthwiseWeightsWalk}), others of stride 1, and rows that are left,
 * in tiles of seven outputs of a row.
 */
final class DepthwiseRowSums {
  private static final int LANES = DepthwiseTile.LANES;
  private static final int SOURCE_ROWS = 6;
  private static final int SUM_ROWS = 7;

  /** Pixels of x and dy each, of one cache line, that stay in the nearest cache. */
  private static final int NEAR = 128;

  private final DepthwiseGeometry g;
  private final int from;
  private final int to;
  private final int width;
  private final float[] sums;

  /**
   * Sums of zero for the channels [from, to).
   *
   * @param slot of the scratch array that holds them: [KH 3][channels rounded up to whole vectors]
   */
  DepthwiseRowSums(DepthwiseGeometry g, int from, int to, int slot) {
    this.g = g;
    this.from = from;
    this.to = to;
    this.width = Math.ceilDiv(to - from, LANES) * LANES;
    int size = g.kh() * 3 * width;
    this.sums = Scratch.floats(slot, size);
    Arrays.fill(sums, 0, size, 0f);
  }

  /** Whether this problem is one for it. */
  static boolean take(DepthwiseGeometry g) {
    boolean tiles = g.kw() == 3 && g.dilationW() == 1 && g.strideW() == 1 && g.c() >= LANES;
    return tiles || g.walks();
  }

  /** Whether rows are read ahead; a task has all channels then. */
  static boolean ahead(DepthwiseGeometry g) {
    return take(g) && ReadAhead.pays(g);
  }

  /** Adds what output rows [firstRow, endRow) of an image meet. */
  void image(int n, int firstRow, int endRow, float[] x, int xAt, float[] dy, int dyAt) {
    int row = g.inW() * g.c();
    int outRow = g.outW() * g.c();
    int image = xAt + n * g.inH() * row;
    int gradient = dyAt + n * g.outH() * outRow;
    if (DepthwiseSums.suits(g)) {
      byRows(firstRow, endRow, x, image, dy, gradient);
      return;
    }
    int next = ahead(g) ? g.firstRead(firstRow) : g.inH();
    for (int p = firstRow; p < endRow; ) {
      int count = g.walks() ? together(endRow - p) : 1;
      int needed = g.endRead(p + count);
      if (next < needed) {
        ReadAhead.row(x, image + next * row, (needed - next) * row);
        ReadAhead.row(dy, gradient + p * outRow, count * outRow);
        next = needed;
      }
      if (count == 1) {
        row(p, x, image, dy, gradient + p * outRow);
      } else {
        walk(p, count, x, image, dy, gradient + p * outRow);
      }
      p += count;
    }
  }

  /** By walks of one row, as many rows as the nearest cache holds before the next channels. */
  private void byRows(int firstRow, int endRow, float[] x, int image, float[] dy, int dyAt) {
    boolean ahead = ahead(g);
    if (ahead) {
      int first = g.firstRead(firstRow);
      int row = g.inW() * g.c();
      ReadAhead.row(x, image + first * row, (g.endRead(firstRow + 1) - first) * row);
    }
    int count = ahead ? 1 : Math.max(1, NEAR / g.outW());
    for (int p = firstRow; p < endRow; p += count) {
      if (ahead) {
        rowAhead(p, x, image, dy, dyAt);
        continue;
      }
      int end = Math.min(endRow, p + count);
      for (int next = from; next < to; next += LANES) {
        int j = Math.min(next, g.c() - LANES);
        DepthwiseSums.rows(g, p, end, x, image + j, dy, dyAt + j, sums, next - from, width);
      }
    }
  }

  /** A row of all channels, which reads the next meanwhile. */
  private void rowAhead(int p, float[] x, int image, float[] dy, int dyAt) {
    int c = g.c();
    int step = g.outW() * LANES;
    int xNext = image + g.endRead(p + 1) * g.inW() * c;
    int dyNext = dyAt + (p + 1) * g.outW() * c;
    int read = 0;
    for (int next = from; next < to; next += LANES, xNext += step, dyNext += step) {
      int j = Math.min(next, c - LANES);
      // Behind the last row it does not matter what is read.
      int a = Math.min(xNext, x.length - step);
      int b = Math.min(dyNext, dy.length - step);
      read ^=
          DepthwiseSums.rowAhead(g, p, x, image + j, dy, dyAt + j, sums, next - from, width, a, b);
    }
    ReadAhead.keep(read);
  }

  /**
   * How many of {@code rows} rows to do next: every number but 1, 2 and 5 is a sum of 3s and 4s.
   */
  private static int together(int rows) {
    if (rows % 4 == 0 || rows > 9 || rows == 7 || rows == 5) {
      return 4;
    }
    return rows % 3 == 0 ? 3 : 1;
  }

  private void walk(int p, int count, float[] x, int image, float[] dy, int dyAt) {
    int c = g.c();
    int row = g.inW() * c;
    int outRow = g.outW() * c;
    int first = p * g.strideH() - g.padTop();
    boolean top = first < 0;
    boolean bottom = first + (count - 1) * g.strideH() + 3 > g.inH();
    for (int next = from; next < to; next += LANES) {
      int j = Math.min(next, c - LANES);
      int a = image + first * row + j;
      int b = dyAt + j;
      int at = next - from;
      if (g.strideH() == 2 && count == 4) {
        DepthwiseWeightsWalkStride2.rows4(
            g.inW(),
            g.outW(),
            c,
            g.padLeft(),
            x,
            a,
            row,
            top,
            bottom,
            dy,
            b,
            outRow,
            sums,
            at,
            width);
      } else if (g.strideH() == 2) {
        DepthwiseWeightsWalkStride2.rows3(
            g.inW(),
            g.outW(),
            c,
            g.padLeft(),
            x,
            a,
            row,
            top,
            bottom,
            dy,
            b,
            outRow,
            sums,
            at,
            width);
      } else if (count == 4) {
        DepthwiseWeightsWalk.rows4(
            g.inW(),
            g.outW(),
            c,
            g.padLeft(),
            x,
            a,
            row,
            top,
            bottom,
            dy,
            b,
            outRow,
            sums,
            at,
            width);
      } else {
        DepthwiseWeightsWalk.rows3(
            g.inW(),
            g.outW(),
            c,
            g.padLeft(),
            x,
            a,
            row,
            top,
            bottom,
            dy,
            b,
            outRow,
            sums,
            at,
            width);
      }
    }
  }

  /** One row of dy. */
  private void row(int p, float[] x, int image, float[] dy, int dyAt) {
    int[] xRows = Scratch.ints(SOURCE_ROWS, g.kh());
    int[] sumRows = Scratch.ints(SUM_ROWS, g.kh());
    int rows = 0;
    for (int r = 0; r < g.kh(); r++) {
      int i = p * g.strideH() - g.padTop() + r * g.dilationH();
      if (i >= 0 && i < g.inH()) {
        xRows[rows] = image + i * g.inW() * g.c();
        sumRows[rows++] = r * 3 * width;
      }
    }
    int c = g.c();
    int q = g.strideW() == 1 ? g.firstTiled() : g.outW();
    int end = g.endTiled();
    for (int k = 0; k < q; k++) {
      single(k, rows, xRows, sumRows, x, dy, dyAt + k * c);
    }
    for (; q + 7 <= end; q += 7) {
      int column = q - g.padLeft();
      boolean left = column < 0;
      boolean right = column + 8 >= g.inW();
      int a = column * c;
      int b = dyAt + q * c;
      DepthwiseWeightsRow.stride1x7(
          rows, xRows, sumRows, width, c, from, to, x, a, left, right, dy, b, sums);
    }
    for (; q < g.outW(); q++) {
      single(q, rows, xRows, sumRows, x, dy, dyAt + q * c);
    }
  }

  private void single(
      int q, int rows, int[] xRows, int[] sumRows, float[] x, float[] dy, int dyAt) {
    int column = q * g.strideW() - g.padLeft();
    int first = Math.clamp(-column, 0, 3);
    int end = Math.clamp(g.inW() - column, first, 3);
    int c = g.c();
    DepthwiseWeightsRow.single(
        rows, xRows, sumRows, width, c, from, to, x, column * c, first, end, dy, dyAt, sums);
  }

  /** Copies the sums to [KH 3][C]; the last vector overlaps its neighbour, with the same sums. */
  void copy(float[] partials, int at) {
    for (int t = 0; t < g.kh() * 3; t++) {
      for (int next = from; next < to; next += LANES) {
        int j = Math.min(next, g.c() - LANES);
        System.arraycopy(sums, t * width + next - from, partials, at + t * g.c() + j, LANES);
      }
    }
  }
}
