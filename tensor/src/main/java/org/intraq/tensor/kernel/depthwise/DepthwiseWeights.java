package org.intraq.tensor.kernel.depthwise;

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
 * three columns of taps it goes along the rows in tiles of seven outputs ({@link
 * DepthwiseWeightsRow}); other kernels take a dot product for each tap and row. Chunks are summed
 * in single precision and added in double in their order.
 */
final class DepthwiseWeights {
  private static final int LANES = DepthwiseTile.LANES;

  /** Outputs of a chunk, about: enough to hide the partial sums, few enough for many tasks. */
  private static final int CHUNK = 512;

  /** Channels of a task, about: long runs of memory, and sums that fit the level-one cache. */
  private static final int GROUP = 512;

  private static final int PARTIALS = 6;
  private static final int SUMS = 5;
  private static final int SOURCE_ROWS = 6;
  private static final int SUM_ROWS = 7;

  private DepthwiseWeights() {}

  /** How outputs are cut: images a chunk, or rows of one image a chunk. */
  private record Chunks(int images, int rows, int perImage, int count) {
    static Chunks of(DepthwiseGeometry g) {
      int plane = Math.max(1, g.outH() * g.outW());
      if (2 * plane <= CHUNK) {
        int images = Math.max(1, Math.min(g.n(), CHUNK / plane));
        return new Chunks(images, g.outH(), 1, Math.ceilDiv(g.n(), images));
      }
      int pieces = Math.min(g.outH(), Math.ceilDiv(plane, CHUNK));
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
    Chunks chunks = Chunks.of(g);
    int size = shape.weightSize();
    int groups = Math.ceilDiv(g.c(), GROUP);
    float[] partials = Scratch.floats(PARTIALS, Math.multiplyExact(chunks.count(), size));
    workers.run(
        chunks.count() * groups,
        task -> {
          int chunk = task / groups;
          int group = task % groups;
          int last = Math.min(g.c(), (group + 1) * GROUP);
          chunk(g, chunks, chunk, group * GROUP, last, x, xAt, dy, dyAt, partials, chunk * size);
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
    if (g.kw() == 3 && g.dilationW() == 1 && g.strideW() <= 2 && c >= LANES) {
      int images = endImage - firstImage;
      Rows rows = new Rows(g, from, to, Math.ceilDiv(to - from, LANES) * LANES);
      rows.clear();
      for (int n = firstImage; n < firstImage + images; n++) {
        rows.image(n, firstRow, endRow, x, xAt, dy, dyAt);
      }
      rows.copy(partials, at);
      return;
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

  /**
   * Three columns of taps: tiles of a row, all channels of the group, sums [KH 3][width].
   *
   * @param width the group's channels, rounded up to whole vectors
   */
  private record Rows(DepthwiseGeometry g, int from, int to, int width, float[] sums) {
    Rows(DepthwiseGeometry g, int from, int to, int width) {
      this(g, from, to, width, Scratch.floats(SUMS, g.kh() * 3 * width));
    }

    void clear() {
      Arrays.fill(sums, 0, g.kh() * 3 * width, 0f);
    }

    void image(int n, int firstRow, int endRow, float[] x, int xAt, float[] dy, int dyAt) {
      int[] xRows = Scratch.ints(SOURCE_ROWS, g.kh());
      int[] sumRows = Scratch.ints(SUM_ROWS, g.kh());
      for (int p = firstRow; p < endRow; p++) {
        int rows = 0;
        for (int r = 0; r < g.kh(); r++) {
          int i = p * g.strideH() - g.padTop() + r * g.dilationH();
          if (i >= 0 && i < g.inH()) {
            xRows[rows] = xAt + (n * g.inH() + i) * g.inW() * g.c();
            sumRows[rows++] = r * 3 * width;
          }
        }
        row(rows, xRows, sumRows, x, dy, dyAt + (n * g.outH() + p) * g.outW() * g.c());
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
        int column = q * g.strideW() - g.padLeft();
        boolean left = column < 0;
        boolean right = column + 6 * g.strideW() + 2 >= g.inW();
        int a = column * c;
        int b = dyAt + q * c;
        if (g.strideW() == 1) {
          DepthwiseWeightsRow.stride1x7(
              rows, xRows, sumRows, width, c, from, to, x, a, left, right, dy, b, sums);
        } else {
          DepthwiseWeightsRow.stride2x7(
              rows, xRows, sumRows, width, c, from, to, x, a, left, right, dy, b, sums);
        }
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

    /** The last vector overlaps its neighbour, with the same sums. */
    void copy(float[] partials, int at) {
      for (int t = 0; t < g.kh() * 3; t++) {
        for (int next = from; next < to; next += LANES) {
          int j = Math.min(next, g.c() - LANES);
          System.arraycopy(sums, t * width + next - from, partials, at + t * g.c() + j, LANES);
        }
      }
    }
  }

  /** Rows [firstRow, endRow) of one image, one vector of channels: a dot product for each tap. */
  private static void image(
      DepthwiseGeometry g,
      int firstRow,
      int endRow,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] sums) {
    int c = g.c();
    for (int r = 0; r < g.kh(); r++) {
      int from = Math.max(firstRow, g.firstRow(r));
      int to = Math.min(endRow, g.endRow(r));
      for (int t = 0; t < g.kw(); t++) {
        int first = g.firstColumn(t);
        int count = g.endColumn(t) - first;
        int sum = (r * g.kw() + t) * LANES;
        for (int p = from; p < to; p++) {
          int a = xAt + pixel(g, p, first, r, t);
          int b = dyAt + (p * g.outW() + first) * c;
          dot(count, x, a, g.strideW() * c, dy, b, c, sums, sum);
        }
      }
    }
  }

  /**
   * Adds to sums[at] the count products of x and dy at equal steps; four chains hide the latency.
   */
  private static void dot(
      int count,
      float[] x,
      int xAt,
      int xStep,
      float[] dy,
      int dyAt,
      int dyStep,
      float[] sums,
      int at) {
    FloatVector s0 = FloatVector.fromArray(DepthwiseTile.S, sums, at);
    FloatVector s1 = FloatVector.zero(DepthwiseTile.S);
    FloatVector s2 = FloatVector.zero(DepthwiseTile.S);
    FloatVector s3 = FloatVector.zero(DepthwiseTile.S);
    int a = xAt;
    int g = dyAt;
    int i = 0;
    for (; i + 4 <= count; i += 4, a += 4 * xStep, g += 4 * dyStep) {
      s0 =
          FloatVector.fromArray(DepthwiseTile.S, x, a)
              .fma(FloatVector.fromArray(DepthwiseTile.S, dy, g), s0);
      FloatVector g1 = FloatVector.fromArray(DepthwiseTile.S, dy, g + dyStep);
      s1 = FloatVector.fromArray(DepthwiseTile.S, x, a + xStep).fma(g1, s1);
      FloatVector g2 = FloatVector.fromArray(DepthwiseTile.S, dy, g + 2 * dyStep);
      s2 = FloatVector.fromArray(DepthwiseTile.S, x, a + 2 * xStep).fma(g2, s2);
      FloatVector g3 = FloatVector.fromArray(DepthwiseTile.S, dy, g + 3 * dyStep);
      s3 = FloatVector.fromArray(DepthwiseTile.S, x, a + 3 * xStep).fma(g3, s3);
    }
    for (; i < count; i++, a += xStep, g += dyStep) {
      s0 =
          FloatVector.fromArray(DepthwiseTile.S, x, a)
              .fma(FloatVector.fromArray(DepthwiseTile.S, dy, g), s0);
    }
    s0.add(s1).add(s2.add(s3)).intoArray(sums, at);
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
            sum = sample.fma(FloatVector.fromArray(DepthwiseTile.S, dy, b, mask), sum);
          }
        }
        sum.intoArray(sums, (r * g.kw() + t) * LANES);
      }
    }
  }
}
