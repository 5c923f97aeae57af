package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.intraq.tensor.kernel.Scratch;

/**
 * A target row of {@link DepthwiseConv2dSimd} at a time, for any kernel, stride, padding and
 * dilation: tiles of columns, and columns whose window hangs over the border one by one.
 */
final class DepthwiseRow {
  static final int SOURCE_ROWS = 6;
  static final int WEIGHT_ROWS = 7;
  private static final int LANES = DepthwiseTile.LANES;

  private DepthwiseRow() {}

  /** One target row. */
  static void correlate(
      DepthwiseGeometry g,
      DepthwiseColumns columns,
      float[] x,
      int image,
      int p,
      float[] w,
      int wAt,
      float[] y,
      int yAt) {
    int[] xRows = Scratch.ints(SOURCE_ROWS, g.kh());
    int[] wRows = Scratch.ints(WEIGHT_ROWS, g.kh());
    int rows = 0;
    for (int r = 0; r < g.kh(); r++) {
      int i = p * g.strideH() - g.padTop() + r * g.dilationH();
      if (i >= 0 && i < g.inH()) {
        xRows[rows] = image + i * g.inW() * g.c();
        wRows[rows++] = wAt + r * g.kw() * g.c();
      }
    }
    int c = g.c();
    for (int q = 0; q < columns.from(); q++) {
      borderPixel(g, q, rows, xRows, wRows, x, w, y, yAt + q * c);
    }
    if (columns.tile() > 0) {
      rowTiles(g, columns, rows, xRows, wRows, x, w, y, yAt);
    } else {
      interior(g, columns.from(), columns.to(), rows, xRows, wRows, x, w, y, yAt);
    }
    for (int q = columns.to(); q < g.outW(); q++) {
      borderPixel(g, q, rows, xRows, wRows, x, w, y, yAt + q * c);
    }
  }

  /**
   * Stride 1 in tiles of columns; the last one overlaps its neighbour rather than being narrower.
   */
  private static void rowTiles(
      DepthwiseGeometry g,
      DepthwiseColumns columns,
      int rows,
      int[] xRows,
      int[] wRows,
      float[] x,
      float[] w,
      float[] y,
      int yAt) {
    int c = g.c();
    int tile = columns.tile();
    for (int q = columns.from(); q < columns.to(); q += tile) {
      int at = Math.min(q, columns.to() - tile);
      int first = at - g.padLeft();
      int yTile = yAt + at * c;
      boolean left = first < 0;
      boolean right = first + tile + 1 >= g.inW();
      if (tile == 8) {
        DepthwiseRowTile.stride1x8(rows, xRows, wRows, c, x, first * c, left, right, w, y, yTile);
      } else {
        DepthwiseRowTile.stride1x7(rows, xRows, wRows, c, x, first * c, left, right, w, y, yTile);
      }
    }
  }

  /** Four columns at a time, whole windows. */
  private static void interior(
      DepthwiseGeometry g,
      int from,
      int to,
      int rows,
      int[] xRows,
      int[] wRows,
      float[] x,
      float[] w,
      float[] y,
      int yAt) {
    int c = g.c();
    boolean three = g.kw() == 3 && g.dilationW() == 1;
    int q = from;
    if (to - from >= 4) {
      for (; q < to; q += 4) {
        int at = Math.min(q, to - 4);
        int column = (at * g.strideW() - g.padLeft()) * c;
        if (three && g.strideW() == 1) {
          DepthwiseTile.stride1x4(rows, xRows, wRows, c, x, column, w, y, yAt + at * c);
        } else if (three && g.strideW() == 2) {
          DepthwiseTile.stride2x4(rows, xRows, wRows, c, x, column, w, y, yAt + at * c);
        } else {
          DepthwiseTile.anyx4(
              rows,
              xRows,
              wRows,
              g.kw(),
              c,
              g.dilationW() * c,
              g.strideW() * c,
              x,
              column,
              w,
              y,
              yAt + at * c);
        }
      }
    }
    for (; q < to; q++) {
      borderPixel(g, q, rows, xRows, wRows, x, w, y, yAt + q * c);
    }
  }

  /** One target pixel with those taps that meet the source. */
  private static void borderPixel(
      DepthwiseGeometry g,
      int q,
      int rows,
      int[] xRows,
      int[] wRows,
      float[] x,
      float[] w,
      float[] y,
      int yAt) {
    int c = g.c();
    int left = q * g.strideW() - g.padLeft();
    int from = Math.clamp(Math.ceilDiv(-left, g.dilationW()), 0, g.kw());
    int to = Math.clamp(Math.ceilDiv(g.inW() - left, g.dilationW()), from, g.kw());
    int step = g.dilationW() * c;
    pixel(
        rows, xRows, wRows, to - from, c, step, x, left * c + from * step, c, w, from * c, y, yAt);
  }

  /** Sums {@code taps} products in each of {@code rows} rows for one pixel, all channels. */
  static void pixel(
      int rows,
      int[] xRows,
      int[] wRows,
      int taps,
      int c,
      int xStep,
      float[] x,
      int column,
      int wStep,
      float[] w,
      int tap,
      float[] y,
      int yAt) {
    int j = 0;
    for (; j < DepthwiseTile.S.loopBound(c); j += LANES) {
      FloatVector sum = FloatVector.zero(DepthwiseTile.S);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int weight = wRows[r] + tap + j;
        for (int t = 0; t < taps; t++) {
          FloatVector sample = FloatVector.fromArray(DepthwiseTile.S, x, at + t * xStep);
          sum =
              sample.lanewise(
                  FMA, FloatVector.fromArray(DepthwiseTile.S, w, weight + t * wStep), sum);
        }
      }
      sum.check(DepthwiseTile.S);
      sum.intoArray(y, yAt + j);
    }
    if (j < c) {
      VectorMask<Float> tail = DepthwiseTile.S.indexInRange(j, c);
      FloatVector sum = FloatVector.zero(DepthwiseTile.S);
      for (int r = 0; r < rows; r++) {
        int at = xRows[r] + column + j;
        int weight = wRows[r] + tap + j;
        for (int t = 0; t < taps; t++) {
          FloatVector sample = FloatVector.fromArray(DepthwiseTile.S, x, at + t * xStep, tail);
          sum =
              sample.lanewise(
                  FMA, FloatVector.fromArray(DepthwiseTile.S, w, weight + t * wStep, tail), sum);
        }
      }
      sum.check(DepthwiseTile.S);
      sum.intoArray(y, yAt + j, tail);
    }
  }
}
