package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.conv2d.InputRows;
import org.intraq.tensor.kernel.conv2d.OutputRows;
import org.intraq.tensor.parallel.Workers;

/**
 * A correlation whose rows are walked along, {@link DepthwiseWalk#HEIGHT} at a time, one vector of
 * channels after the other; rows that are left go one by one ({@link DepthwiseRow}).
 *
 * <p>Tasks are strips of rows; where an image has few of them, vectors of channels are shared out,
 * too. What follows the convolution runs on a vector's rows as soon as they are written, while they
 * are in the nearest cache. With 16 registers rows of stride 1 go two by two ({@link
 * DepthwisePairs}).
 */
final class DepthwiseWalks {
  private static final int HEIGHT = DepthwiseWalk.HEIGHT;
  private static final int LANES = DepthwiseTile.LANES;

  /** Rows of stride 2 that are walked along first; three follow. */
  private static final int FIRST_HALF = 4;

  private final DepthwiseGeometry g;
  private final DepthwiseColumns columns;
  private final InputRows in;
  private final float[] w;
  private final int wAt;
  private final float[] y;
  private final int yAt;
  private final OutputRows after;
  private final boolean ahead;
  private final DepthwisePairs pairs;
  private final int xRow;
  private final int yRow;

  DepthwiseWalks(
      DepthwiseGeometry g, InputRows in, float[] w, int wAt, float[] y, int yAt, OutputRows after) {
    this.g = g;
    this.in = in;
    this.w = w;
    this.wAt = wAt;
    this.y = y;
    this.yAt = yAt;
    this.after = after;
    columns = DepthwiseColumns.of(g);
    boolean two = g.strideH() == 1 && DepthwisePair.suits();
    ahead = in.inMemory() && (two ? ReadAhead.paysInWalks(g) : ReadAhead.pays(g));
    pairs = two ? new DepthwisePairs(g, w, wAt, y, yAt, after, ahead) : null;
    xRow = g.inW() * g.c();
    yRow = g.outW() * g.c();
  }

  void run(Workers workers) {
    int together = pairs != null && g.outH() >= 2 * HEIGHT ? 2 * HEIGHT : HEIGHT;
    int perTask = DepthwiseConv2dSimd.stripRows(ahead, together, g.outH(), yRow);
    int strips = Math.ceilDiv(g.outH(), perTask);
    int vectors = Math.ceilDiv(g.c(), LANES);
    int parts = parts(g.n() * strips, Math.min(perTask, g.outH()) * yRow, vectors);
    workers.run(
        g.n() * strips * parts,
        task -> {
          int part = task % parts;
          int first = task / parts % strips * perTask;
          int end = Math.min(g.outH(), first + perTask);
          int from = firstVector(part, parts, vectors);
          int to = firstVector(part + 1, parts, vectors);
          strip(task / parts / strips, first, end, from, to);
        });
  }

  /** Where a part of the vectors begins: with pairs at a cache line, so at an even one. */
  private int firstVector(int part, int parts, int vectors) {
    if (pairs == null || part == parts) {
      return part * vectors / parts;
    }
    return part * (vectors / 2) / parts * 2;
  }

  /** Parts that the channels of a strip are shared out in. */
  private int parts(int strips, int elements, int vectors) {
    boolean walksOnly = g.outH() % HEIGHT == 0 && in.inMemory();
    if (!walksOnly || after.allChannels() || strips == 0 || strips >= DepthwiseConv2dSimd.STRIPS) {
      return 1;
    }
    int wanted = Math.min(elements / DepthwiseConv2dSimd.FEW, DepthwiseConv2dSimd.STRIPS / strips);
    // The last vector overlaps its neighbour, which must not be another task.
    return Math.clamp(wanted, 1, Math.max(1, vectors / 2));
  }

  /** Rows [first, end) of image n, vectors of channels [from, to). */
  private void strip(int n, int first, int end, int from, int to) {
    int firstRead = g.firstRead(first);
    int endRead = g.endRead(end);
    float[] x = in.load(n, firstRead, endRead);
    int image = in.origin(n, firstRead) + n * g.inH() * xRow;
    int next = ahead ? firstRead : endRead;
    int p = first;
    if (pairs != null && end - first >= HEIGHT) {
      p += (end - first) / HEIGHT * HEIGHT;
      pairs.run(n, first, p, from, to, x, image);
      next = Math.max(next, g.endRead(p));
    }
    while (p < end) {
      int count = together(p - first, end - p);
      int needed = g.endRead(p + count);
      if (next < needed) {
        ReadAhead.row(x, image + next * xRow, (needed - next) * xRow);
        next = needed;
      }
      int at = yAt + (n * g.outH() + p) * yRow;
      if (count == 1) {
        DepthwiseRow.correlate(g, columns, x, image, p, w, wAt, y, at);
        if (!after.allChannels()) {
          after.done(n, p, 1, 0, g.c());
        }
      } else {
        walk(n, p, count, from, to, x, image, at);
      }
      p += count;
    }
    if (after.allChannels()) {
      after.done(n, first, end - first, 0, g.c());
    }
  }

  /**
   * How many rows are walked along next. Of stride 2 four and then three where rows are read ahead:
   * 15 rows of x would not stay in the second cache of the machines measured (512 KB).
   *
   * @param done rows of the strip that are written
   * @param left rows that are not
   */
  private int together(int done, int left) {
    boolean halves = ahead && g.strideH() == 2 && DepthwisePair.suits();
    int begun = halves && done % HEIGHT == FIRST_HALF ? FIRST_HALF : 0;
    if (left < HEIGHT - begun) {
      return 1;
    }
    return !halves ? HEIGHT : begun == 0 ? FIRST_HALF : HEIGHT - FIRST_HALF;
  }

  /**
   * {@code count} rows from p on. The last vector of channels overlaps its neighbour, whose
   * channels are computed and told of once more.
   */
  private void walk(int n, int p, int count, int from, int to, float[] x, int image, int at) {
    int c = g.c();
    int first = p * g.strideH() - g.padTop();
    boolean top = first < 0;
    boolean bottom = first + (count - 1) * g.strideH() + 3 > g.inH();
    for (int vector = from; vector < to; vector++) {
      int j = Math.min(vector * LANES, c - LANES);
      vector(count, x, image + first * xRow + j, top, bottom, wAt + j, at + j);
      if (!after.allChannels()) {
        after.done(n, p, count, j, LANES);
      }
    }
  }

  private void vector(int count, float[] x, int a, boolean top, boolean bottom, int wj, int b) {
    int c = g.c();
    int width = g.inW();
    int left = g.padLeft();
    if (g.strideH() == 1) {
      DepthwiseWalk.stride1(width, g.outW(), c, left, x, a, xRow, top, bottom, w, wj, y, b, yRow);
      return;
    }
    int written = 0;
    if (count >= FIRST_HALF) {
      boolean last = count == FIRST_HALF && bottom;
      DepthwiseWalkStride2.rows4(
          width, g.outW(), c, left, x, a, xRow, top, last, w, wj, y, b, yRow);
      written = FIRST_HALF;
    }
    if (count > written) {
      int a3 = a + 2 * written * xRow;
      int b3 = b + written * yRow;
      boolean begins = written == 0 && top;
      DepthwiseWalkStride2.rows3(
          width, g.outW(), c, left, x, a3, xRow, begins, bottom, w, wj, y, b3, yRow);
    }
  }
}
