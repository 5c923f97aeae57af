package org.intraq.tensor.kernel.depthwise;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;

/**
 * The weights' gradient of a chunk for three columns of taps and stride 1, along the rows in tiles
 * of seven outputs.
 */
final class DepthwiseRowSums {
  private static final int LANES = DepthwiseTile.LANES;
  private static final int SOURCE_ROWS = 6;
  private static final int SUM_ROWS = 7;

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
    return g.kw() == 3 && g.dilationW() == 1 && g.strideW() == 1 && g.c() >= LANES;
  }

  /** Adds what output rows [firstRow, endRow) of an image meet. */
  void image(int n, int firstRow, int endRow, float[] x, int xAt, float[] dy, int dyAt) {
    int[] xRows = Scratch.ints(SOURCE_ROWS, g.kh());
    int[] sumRows = Scratch.ints(SUM_ROWS, g.kh());
    int row = g.inW() * g.c();
    int outRow = g.outW() * g.c();
    boolean ahead = ReadAhead.pays((long) g.n() * g.inH() * row, g.c()) && to - from == g.c();
    int next = Math.max(0, firstRow * g.strideH() - g.padTop());
    for (int p = firstRow; p < endRow; p++) {
      int needed = p * g.strideH() - g.padTop() + (g.kh() - 1) * g.dilationH() + 1;
      for (; ahead && next < Math.min(needed, g.inH()); next++) {
        ReadAhead.row(x, xAt + (n * g.inH() + next) * row, row);
      }
      if (ahead) {
        ReadAhead.row(dy, dyAt + (n * g.outH() + p) * outRow, outRow);
      }
      int rows = 0;
      for (int r = 0; r < g.kh(); r++) {
        int i = p * g.strideH() - g.padTop() + r * g.dilationH();
        if (i >= 0 && i < g.inH()) {
          xRows[rows] = xAt + (n * g.inH() + i) * row;
          sumRows[rows++] = r * 3 * width;
        }
      }
      row(rows, xRows, sumRows, x, dy, dyAt + (n * g.outH() + p) * outRow);
    }
  }

  private void row(int rows, int[] xRows, int[] sumRows, float[] x, float[] dy, int dyAt) {
    int c = g.c();
    int q = g.firstTiled();
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
    int column = q - g.padLeft();
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
