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
 * <p>A task is a chunk of outputs (some images, or some rows of one) and a group of channels. Three
 * columns of taps go along the rows ({@link DepthwiseRowSums}); other kernels take a dot product
 * for each tap and row. Chunks are summed in single precision and added in double in their order.
 */
final class DepthwiseWeights {
  private static final int LANES = DepthwiseTile.LANES;

  /** Outputs of a chunk, about: enough to hide the partial sums, few enough for many tasks. */
  private static final int CHUNK = 1024;

  /** Channels of a task, about. */
  private static final int GROUP = 128;

  private static final int PARTIALS = 6;
  private static final int SUMS = 5;

  private DepthwiseWeights() {}

  /** How outputs are cut: images a chunk, or rows of one image a chunk. */
  private record Chunks(int images, int rows, int perImage, int count) {
    static Chunks of(DepthwiseGeometry g) {
      int plane = Math.max(1, g.outH() * g.outW());
      if (2 * plane <= CHUNK) {
        int chunks = Math.max(1, Math.ceilDiv(g.n(), CHUNK / plane));
        int images = Math.max(1, Math.ceilDiv(g.n(), chunks));
        return new Chunks(images, g.outH(), 1, Math.ceilDiv(g.n(), images));
      }
      int rows = Math.ceilDiv(g.outH(), Math.ceilDiv(plane, CHUNK));
      // Rows are walked along in fours.
      rows = rows > 4 ? Math.ceilDiv(rows, 4) * 4 : rows;
      int perImage = Math.ceilDiv(g.outH(), rows);
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
    int channels = DepthwiseRowSums.ahead(g) ? g.c() : GROUP;
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
          DepthwiseWeightsTile.dot(count, x, a, g.strideW() * c, dy, b, c, sums, sum);
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
