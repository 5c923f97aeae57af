package org.intraq.tensor.kernel.depthwise;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.parallel.Workers;

/**
 * The weights' gradient of {@link DepthwiseConv2dSimd}.
 *
 * <p>A task is a chunk of outputs (some images, or some rows of one) and a group of channels. With
 * three columns of taps and stride 1 it goes along the rows in tiles of seven outputs ({@link
 * DepthwiseRowSums}). With 3x3 taps and stride 2 it keeps all taps of one vector of channels in
 * registers over the outputs whose window lies inside the input; taps on the border, and other
 * kernels, take dot products. Chunks are summed in single precision and added in double in their
 * order.
 */
final class DepthwiseWeights {
  private static final int LANES = DepthwiseTile.LANES;

  /** Outputs of a chunk, about: enough to hide the partial sums, few enough for many tasks. */
  private static final int CHUNK = 1024;

  /** Fewer where a task has more channels. */
  private static final int ROW_CHUNK = 512;

  /** Channels of a task, about. */
  private static final int GROUP = 128;

  /** Along the rows: long runs of memory, and sums that fit the level-one cache. */
  private static final int ROW_GROUP = 512;

  private static final int PARTIALS = 6;
  private static final int SUMS = 5;

  private DepthwiseWeights() {}

  /** How outputs are cut: images a chunk, or rows of one image a chunk. */
  private record Chunks(int images, int rows, int perImage, int count) {
    static Chunks of(DepthwiseGeometry g, int outputs) {
      int plane = Math.max(1, g.outH() * g.outW());
      if (2 * plane <= outputs) {
        int images = Math.max(1, Math.min(g.n(), outputs / plane));
        return new Chunks(images, g.outH(), 1, Math.ceilDiv(g.n(), images));
      }
      int pieces = Math.min(g.outH(), Math.ceilDiv(plane, outputs));
      int rows = Math.ceilDiv(g.outH(), Math.max(1, pieces));
      int perImage = Math.ceilDiv(g.outH(), Math.max(1, rows));
      return new Chunks(1, rows, perImage, g.n() * perImage);
    }
  }

  static void gradient(
      Workers workers,
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float beta,
      float[] dw,
      int dwAt) {
    DepthwiseGeometry g = DepthwiseGeometry.of(shape);
    boolean rows = DepthwiseRowSums.take(g);
    Chunks chunks = Chunks.of(g, rows ? ROW_CHUNK : CHUNK);
    int size = shape.weightSize();
    int channels = rows ? ROW_GROUP : GROUP;
    int groups = Math.ceilDiv(g.c(), channels);
    float[] partials = Scratch.floats(PARTIALS, Math.multiplyExact(chunks.count(), size));
    workers.run(
        chunks.count() * groups,
        task -> {
          int chunk = task / groups;
          int group = task % groups;
          int from = group * channels;
          int to = Math.min(g.c(), from + channels);
          chunk(g, chunks, chunk, from, to, x, xAt, dy, dyAt, partials, chunk * size);
        });
    double[] totals = Scratch.doubles(PARTIALS, size);
    Arrays.fill(totals, 0, size, 0.0);
    for (int chunk = 0; chunk < chunks.count(); chunk++) {
      add(size, partials, chunk * size, totals);
    }
    for (int i = 0; i < size; i++) {
      double old = beta == 0 ? 0 : (double) beta * dw[dwAt + i];
      dw[dwAt + i] = (float) (old + totals[i]);
    }
  }

  private static void add(int size, float[] partials, int at, double[] totals) {
    for (int i = 0; i < size; i++) {
      totals[i] += partials[at + i];
    }
  }

  /** The rows of a chunk, which is then read once for each vector of channels. */
  private static void readAhead(
      DepthwiseGeometry g,
      int firstImage,
      int endImage,
      int firstRow,
      int endRow,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt) {
    int row = g.inW() * g.c();
    int outRow = g.outW() * g.c();
    int reach = (g.kh() - 1) * g.dilationH() + 1;
    int top = Math.clamp(firstRow * g.strideH() - g.padTop(), 0, g.inH());
    int bottom = Math.clamp((endRow - 1) * g.strideH() - g.padTop() + reach, top, g.inH());
    for (int n = firstImage; n < endImage; n++) {
      ReadAhead.row(x, xAt + (n * g.inH() + top) * row, (bottom - top) * row);
      ReadAhead.row(dy, dyAt + (n * g.outH() + firstRow) * outRow, (endRow - firstRow) * outRow);
    }
  }

  /** The channels [from, to) of one chunk. */
  private static void chunk(
      DepthwiseGeometry g,
      Chunks chunks,
      int chunk,
      int from,
      int to,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] partials,
      int at) {
    int firstImage = chunk / chunks.perImage() * chunks.images();
    int endImage = Math.min(g.n(), firstImage + chunks.images());
    int firstRow = chunk % chunks.perImage() * chunks.rows();
    int endRow = Math.min(g.outH(), firstRow + chunks.rows());
    int taps = g.kh() * g.kw();
    int c = g.c();
    if (DepthwiseRowSums.take(g)) {
      DepthwiseRowSums rows = new DepthwiseRowSums(g, from, to, SUMS);
      for (int n = firstImage; n < endImage; n++) {
        rows.image(n, firstRow, endRow, x, xAt, dy, dyAt);
      }
      rows.copy(partials, at);
      return;
    }
    if (to - from == c && ReadAhead.pays((long) g.n() * g.inH() * g.inW() * c, c)) {
      readAhead(g, firstImage, endImage, firstRow, endRow, x, xAt, dy, dyAt);
    }
    float[] sums = Scratch.floats(SUMS, taps * LANES);
    for (int next = from; next < to; next += LANES) {
      // The last vector overlaps its neighbour; a whole tensor narrower than a vector uses a mask.
      int j = c < LANES ? 0 : Math.min(next, c - LANES);
      Arrays.fill(sums, 0, taps * LANES, 0f);
      for (int n = firstImage; n < endImage; n++) {
        int image = xAt + n * g.inH() * g.inW() * c + j;
        int gradient = dyAt + n * g.outH() * g.outW() * c + j;
        if (c < LANES) {
          narrow(g, firstRow, endRow, x, image, dy, gradient, sums);
        } else {
          image(g, firstRow, endRow, x, image, dy, gradient, sums);
        }
      }
      for (int t = 0; t < taps; t++) {
        System.arraycopy(sums, t * LANES, partials, at + t * c + j, Math.min(LANES, c));
      }
    }
  }

  /** Rows [firstRow, endRow) of one image, one vector of channels. */
  private static void image(
      DepthwiseGeometry g,
      int firstRow,
      int endRow,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] sums) {
    boolean tiled = g.kh() == 3 && g.kw() == 3 && g.dilationW() == 1 && g.strideW() == 2;
    int top = Math.max(firstRow, g.firstRow(0));
    int bottom = tiled ? Math.max(top, Math.min(endRow, g.endRow(2))) : top;
    int left = g.firstColumn(0);
    int right = tiled ? Math.max(left, g.endColumn(2)) : left;
    if (top < bottom && left < right) {
      int a = xAt + pixel(g, top, left, 0, 0);
      int b = dyAt + (top * g.outW() + left) * g.c();
      int xRow = g.strideH() * g.inW() * g.c();
      int tapRow = g.dilationH() * g.inW() * g.c();
      int dyRow = g.outW() * g.c();
      int rows = bottom - top;
      int columns = right - left;
      DepthwiseWeightsTile.stride2(rows, columns, g.c(), x, a, xRow, tapRow, dy, b, dyRow, sums);
    }
    for (int r = 0; r < g.kh(); r++) {
      for (int t = 0; t < g.kw(); t++) {
        border(g, r, t, firstRow, endRow, top, bottom, left, right, x, xAt, dy, dyAt, sums);
      }
    }
  }

  /** What tap (r, t) meets in rows [firstRow, endRow) outside the tiles' rectangle. */
  private static void border(
      DepthwiseGeometry g,
      int r,
      int t,
      int firstRow,
      int endRow,
      int top,
      int bottom,
      int left,
      int right,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] sums) {
    int from = Math.max(firstRow, g.firstRow(r));
    int to = Math.min(endRow, g.endRow(r));
    int first = g.firstColumn(t);
    int end = g.endColumn(t);
    int c = g.c();
    int sum = (r * g.kw() + t) * LANES;
    boolean tiles = top < bottom && left < right;
    for (int p = from; p < to; p++) {
      if (!tiles || p < top || p >= bottom) {
        int a = xAt + pixel(g, p, first, r, t);
        int b = dyAt + (p * g.outW() + first) * c;
        DepthwiseWeightsTile.dot(end - first, x, a, g.strideW() * c, dy, b, c, sums, sum);
      }
    }
    if (tiles) {
      // Down the columns beside the tiles
      int xRow = g.strideH() * g.inW() * c;
      for (int q = first; q < end; q++) {
        q = q == left ? right : q;
        if (q < end) {
          int a = xAt + pixel(g, top, q, r, t);
          int b = dyAt + (top * g.outW() + q) * c;
          DepthwiseWeightsTile.dot(bottom - top, x, a, xRow, dy, b, g.outW() * c, sums, sum);
        }
      }
    }
  }

  /** Offset of the sample that output (p, q) meets with tap (r, t). */
  private static int pixel(DepthwiseGeometry g, int p, int q, int r, int t) {
    int i = p * g.strideH() - g.padTop() + r * g.dilationH();
    int k = q * g.strideW() - g.padLeft() + t * g.dilationW();
    return (i * g.inW() + k) * g.c();
  }

  /** Fewer channels than lanes: every tap by itself, under a mask. */
  private static void narrow(
      DepthwiseGeometry g,
      int firstRow,
      int endRow,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] sums) {
    VectorMask<Float> mask = DepthwiseTile.S.indexInRange(0, g.c());
    for (int r = 0; r < g.kh(); r++) {
      for (int t = 0; t < g.kw(); t++) {
        FloatVector sum = FloatVector.fromArray(DepthwiseTile.S, sums, (r * g.kw() + t) * LANES);
        for (int p = Math.max(firstRow, g.firstRow(r)); p < Math.min(endRow, g.endRow(r)); p++) {
          for (int q = g.firstColumn(t); q < g.endColumn(t); q++) {
            int a = xAt + pixel(g, p, q, r, t);
            int b = dyAt + (p * g.outW() + q) * g.c();
            FloatVector sample = FloatVector.fromArray(DepthwiseTile.S, x, a, mask);
            sum = sample.lanewise(FMA, FloatVector.fromArray(DepthwiseTile.S, dy, b, mask), sum);
          }
        }
        sum.check(DepthwiseTile.S);
        sum.intoArray(sums, (r * g.kw() + t) * LANES);
      }
    }
  }
}
