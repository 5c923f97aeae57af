package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.ConvolutionByRows;
import org.intraq.tensor.kernel.conv2d.InputRows;
import org.intraq.tensor.kernel.conv2d.OutputRows;
import org.intraq.tensor.parallel.Workers;

/**
 * {@link DepthwiseConv2d} with the Vector API.
 *
 * <p>Loops, from the outside: 1. strips of target rows of an image (the tasks), 2. the target rows
 * of a strip, 3. tiles of target columns, 4. vectors of channels, 5. the rows of the window, 6. its
 * columns, unrolled in {@link DepthwiseTile}. Columns whose window hangs over the border are done
 * one by one. The weights' gradient is in {@link DepthwiseWeights}.
 */
public final class DepthwiseConv2dSimd implements DepthwiseConv2d, ConvolutionByRows {
  private static final int LANES = DepthwiseTile.LANES;

  /** Elements of the target a task writes, at least: less is not worth waking a thread. */
  private static final int BLOCK = 1 << 15;

  /** Where rows are read ahead, so that few are read for two tasks. */
  private static final int LARGE_BLOCK = 1 << 17;

  private static final int SOURCE_ROWS = 6;
  private static final int WEIGHT_ROWS = 7;
  private static final int TURNED = 7;

  private final Workers workers;

  /** Kernels whose loops are shared out among {@code workers}. */
  public DepthwiseConv2dSimd(Workers workers) {
    this.workers = workers;
  }

  /** Writes rows [from, to) of the target of one image. */
  @FunctionalInterface
  private interface Rows {
    void run(int image, int from, int to);
  }

  private void forEachStrip(int block, int images, int rows, int rowSize, Rows body) {
    if (images == 0 || rows == 0) {
      return;
    }
    int perTask = Math.clamp(block / Math.max(rowSize, 1), 1, rows);
    int strips = (rows + perTask - 1) / perTask;
    workers.run(
        images * strips,
        task -> {
          int from = task % strips * perTask;
          body.run(task / strips, from, Math.min(rows, from + perTask));
        });
  }

  @Override
  public void forward(
      Conv2dShape shape, float[] x, int xAt, float[] w, int wAt, float[] y, int yAt) {
    forward(shape, x, xAt, w, wAt, y, yAt, OutputRows.IGNORE);
  }

  @Override
  public void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      float[] y,
      int yAt,
      OutputRows after) {
    correlate(DepthwiseGeometry.of(shape), InputRows.of(x, xAt), w, wAt, y, yAt, after);
  }

  private void correlate(
      DepthwiseGeometry g, InputRows in, float[] w, int wAt, float[] y, int yAt, OutputRows after) {
    DepthwiseColumns columns = DepthwiseColumns.of(g);
    int row = g.inW() * g.c();
    boolean ahead = in.inMemory() && ReadAhead.pays((long) g.n() * g.inH() * row, g.c());
    forEachStrip(
        ahead ? LARGE_BLOCK : BLOCK,
        g.n(),
        g.outH(),
        g.outW() * g.c(),
        (n, first, end) -> {
          int top = first * g.strideH() - g.padTop();
          int bottom = (end - 1) * g.strideH() - g.padTop() + (g.kh() - 1) * g.dilationH() + 1;
          int firstRead = Math.clamp(top, 0, g.inH());
          int lastRead = Math.clamp(bottom, firstRead, g.inH());
          float[] x = in.load(n, firstRead, lastRead);
          int image = in.origin(n, firstRead) + n * g.inH() * row;
          int next = ahead ? firstRead : lastRead;
          for (int p = first; p < end; p++) {
            int needed = p * g.strideH() - g.padTop() + (g.kh() - 1) * g.dilationH() + 1;
            for (; next < Math.min(needed, lastRead); next++) {
              ReadAhead.row(x, image + next * row, row);
            }
            int rowAt = yAt + (n * g.outH() + p) * g.outW() * g.c();
            correlateRow(g, columns, x, image, p, w, wAt, y, rowAt);
          }
          after.done(n, first, end - first);
        });
  }

  /** One target row. */
  private static void correlateRow(
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
  private static void pixel(
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

  @Override
  public void backwardInput(
      Conv2dShape s, float[] dy, int dyAt, float[] w, int wAt, float[] dx, int dxAt) {
    backwardInput(s, InputRows.of(dy, dyAt), w, wAt, dx, dxAt);
  }

  @Override
  public void backwardInput(Conv2dShape s, InputRows dy, float[] w, int wAt, float[] dx, int dxAt) {
    if (s.strideH() == 1 && s.strideW() == 1) {
      float[] turned = turned(s, w, wAt);
      correlate(DepthwiseGeometry.adjoint(s), dy, turned, 0, dx, dxAt, OutputRows.IGNORE);
      return;
    }
    int c = s.ic();
    int reach = (s.kh() - 1) * s.dilationH();
    forEachStrip(
        BLOCK,
        s.n(),
        s.h(),
        s.w() * c,
        (n, first, end) -> {
          int from = Math.clamp(Math.ceilDiv(first + s.padTop() - reach, s.strideH()), 0, s.outH());
          int to = Math.clamp((end - 1 + s.padTop()) / s.strideH() + 1, from, s.outH());
          float[] rows = dy.load(n, from, to);
          int image = dy.origin(n, from) + n * s.outH() * s.outW() * c;
          for (int i = first; i < end; i++) {
            adjointRow(s, rows, image, i, w, wAt, dx, dxAt + (n * s.h() + i) * s.w() * c);
          }
        });
  }

  /** The kernel turned by half a circle: tap (r, t) becomes (KH - 1 - r, KW - 1 - t). */
  private static float[] turned(Conv2dShape s, float[] w, int wAt) {
    int taps = s.kh() * s.kw();
    float[] turned = Scratch.floats(TURNED, taps * s.ic());
    for (int t = 0; t < taps; t++) {
      System.arraycopy(w, wAt + t * s.ic(), turned, (taps - 1 - t) * s.ic(), s.ic());
    }
    return turned;
  }

  /** One row of dx where a stride is above 1. */
  private static void adjointRow(
      Conv2dShape s, float[] dy, int image, int i, float[] w, int wAt, float[] dx, int dxAt) {
    int[] dyRows = Scratch.ints(SOURCE_ROWS, s.kh());
    int[] wRows = Scratch.ints(WEIGHT_ROWS, s.kh());
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
          adjointPixel(s, k, rows, dyRows, wRows, dy, w, dx, dxAt + k * c);
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
      adjointPixel(s, k, rows, dyRows, wRows, dy, w, dx, dxAt + k * c);
    }
  }

  /**
   * One pixel of dx: taps t = first, first + step, ... whose window starts on the stride's grid.
   */
  private static void adjointPixel(
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
    pixel(
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

  @Override
  public void backwardWeights(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float beta,
      float[] dw,
      int dwAt) {
    DepthwiseWeights.gradient(workers, shape, x, xAt, dy, dyAt, beta, dw, dwAt);
  }
}
