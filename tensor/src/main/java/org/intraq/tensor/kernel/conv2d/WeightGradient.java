package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * The adjoint in the weights as matrix products x^T * dy, without transposing anything.
 *
 * <pre>
 * dw[r, (s, c), o] = sum over pixels (n, p, q) of x[n, h(p, r), q * strideW + s .. , c] * dy[n, p, q, o]
 * </pre>
 *
 * <p>In a padded row of x the samples of all (s, c) under one pixel lie side by side, and so do
 * those of dy over o: a register tile of some (s, c) by some o walks along the pixels and reads
 * both in place.
 *
 * <p>The pixels are cut into chunks by shape alone; each chunk sums into a buffer of its own, and
 * the buffers are added in the order of the chunks. So the bits do not depend on threads.
 */
final class WeightGradient {
  private static final int SLOT_X = 4;
  private static final int SLOT_DY = 5;
  private static final int SLOT_PARTIAL = 6;
  private static final int SLOT_TILE = 7;

  /** Enough chunks and parts that no thread waits long for the last one. */
  private static final int TASKS = 16;

  /** Floats that all chunks' sums together should not exceed. */
  private static final int PARTIAL_FLOATS = 1 << 22;

  /** Floats of x in a strip, so that it stays in the L2 cache. */
  private static final int STRIP_FLOATS = 1 << 16;

  /** Steps of multiples of so many floats reach a quarter of the sets of an L1 cache at most. */
  private static final int COLLIDING = 64;

  /** Smaller steps collide as well, but less than a copy costs. */
  private static final int COLLIDING_STEP = 128;

  private static final int COLLIDING_PIXELS = 48;

  /** Fewer readers are not worth a copy. */
  private static final int COLLIDING_TILES = 4;

  private final Conv2dShape s;
  private final int outH;
  private final int outW;
  private final int icg;
  private final int ocg;
  private final int panels;

  /** Independent runs of taps: one for each s when dilated, else one for all of them. */
  private final int runs;

  /** Rows of the product within a run: (s, c) pairs that lie side by side. */
  private final int runRows;

  private final int paddedRows;
  private final int pitch;
  private final int stripRows;

  /** Where each output row's part of a strip begins. */
  private final int[] segments;

  private final int chunks;
  private final int imagesPerChunk;
  private final int parts;

  private WeightGradient(Conv2dShape shape) {
    s = shape;
    outH = shape.outH();
    outW = shape.outW();
    icg = shape.icPerGroup();
    ocg = shape.ocPerGroup();
    panels = ceilDiv(ocg, GemmTile.COLUMNS);
    runs = shape.dilationW() == 1 ? 1 : shape.kw();
    runRows = shape.dilationW() == 1 ? shape.kw() * icg : icg;
    paddedRows = ceilDiv(runRows, GemmTile.ROWS) * GemmTile.ROWS;
    int columns = (outW - 1) * shape.strideW() + (shape.kw() - 1) * shape.dilationW() + 1;
    pitch = columns * icg;
    int rows = outH;
    while (rows > 1 && (long) xRows(rows) * pitch > STRIP_FLOATS) {
      rows = (rows + 1) / 2;
    }
    stripRows = rows;
    segments = new int[rows];
    for (int i = 0; i < rows; i++) {
      segments[i] = i * shape.strideH() * pitch;
    }
    int affordable = Math.max(1, PARTIAL_FLOATS / Math.max(1, partialSize()));
    imagesPerChunk = ceilDiv(shape.n(), Math.min(TASKS, affordable));
    chunks = ceilDiv(shape.n(), imagesPerChunk);
    int wanted = ceilDiv(TASKS, chunks);
    parts = Math.min(wanted, tiles());
  }

  /** dw = beta * dw + x^T dy. */
  static void run(
      Workers workers,
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float beta,
      float[] dw,
      int dwOffset) {
    if (shape.outputSize() == 0) {
      for (int i = 0; i < shape.weightSize(); i++) {
        dw[dwOffset + i] = beta == 0 ? 0 : beta * dw[dwOffset + i];
      }
      return;
    }
    WeightGradient job = new WeightGradient(shape);
    float[] partials = Scratch.floats(SLOT_PARTIAL, job.chunks * job.partialSize());
    workers.run(
        job.chunks * job.parts,
        task -> job.chunk(task / job.parts, task % job.parts, x, xOffset, dy, dyOffset, partials));
    workers.run(
        shape.groups() * shape.kh() * job.runs,
        task -> job.reduce(task, partials, beta, dw, dwOffset));
  }

  /** Sum buffers: [group, r, run][padded rows][panels * COLUMNS]. */
  private int partialSize() {
    return s.groups() * s.kh() * runs * blockSize();
  }

  private int blockSize() {
    return paddedRows * panels * GemmTile.COLUMNS;
  }

  /** Rows of tiles over all blocks: the unit in which parts share out a chunk. */
  private int tiles() {
    return s.kh() * runs * (paddedRows / GemmTile.ROWS);
  }

  private int xRows(int outputRows) {
    return (outputRows - 1) * s.strideH() + (s.kh() - 1) * s.dilationH() + 1;
  }

  private void chunk(
      int chunk, int part, float[] x, int xOffset, float[] dy, int dyOffset, float[] partials) {
    int from = part * tiles() / parts;
    int to = (part + 1) * tiles() / parts;
    int end = Math.min(s.n(), (chunk + 1) * imagesPerChunk);
    boolean fresh = true;
    for (int n = chunk * imagesPerChunk; n < end; n++) {
      for (int p = 0; p < outH; p += stripRows) {
        int rows = Math.min(stripRows, outH - p);
        for (int g = 0; g < s.groups(); g++) {
          strip(chunk, from, to, n, p, rows, g, x, xOffset, dy, dyOffset, partials, !fresh);
        }
        fresh = false;
      }
    }
  }

  /** Adds the products of output rows p .. p + rows - 1 of image n, group g. */
  private void strip(
      int chunk,
      int from,
      int to,
      int n,
      int p,
      int rows,
      int g,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float[] partials,
      boolean accumulate) {
    // A tile over the last (s, c) reads up to ROWS - 1 floats beyond the strip.
    float[] strip = Scratch.floats(SLOT_X, xRows(rows) * pitch + GemmTile.ROWS);
    fillX(n, p * s.strideH() - s.padTop(), xRows(rows), g, x, xOffset, strip);
    float[] sums = Scratch.floats(SLOT_TILE, GemmTile.ROWS * GemmTile.PANELS * GemmTile.COLUMNS);
    int ldc = panels * GemmTile.COLUMNS;
    int tilesPerRun = paddedRows / GemmTile.ROWS;
    for (int panel = 0, together; panel < panels; panel += together) {
      together = GemmTile.together(panel, ocg);
      int width = together * GemmTile.COLUMNS;
      int columns = Math.min(width, ocg - panel * GemmTile.COLUMNS);
      boolean inPlace = columns == width && !collides(rows * outW, to - from);
      int source = dyOffset + (n * outH + p) * outW * s.oc() + g * ocg + panel * GemmTile.COLUMNS;
      float[] b = inPlace ? dy : copyPanel(rows * outW, columns, width, dy, source);
      int bAt = inPlace ? source : 0;
      int bStep = inPlace ? s.oc() : width;
      for (int tile = from; tile < to; tile++) {
        int r = tile / (runs * tilesPerRun);
        int run = tile / tilesPerRun % runs;
        int row = tile % tilesPerRun * GemmTile.ROWS;
        int aAt = r * s.dilationH() * pitch + run * s.dilationW() * icg + row;
        int cAt =
            chunk * partialSize()
                + ((g * s.kh() + r) * runs + run) * blockSize()
                + row * ldc
                + panel * GemmTile.COLUMNS;
        int count = Math.min(GemmTile.ROWS, runRows - row);
        GemmTile.run(
            together,
            count,
            segments,
            outW,
            rows * outW,
            strip,
            aAt,
            s.strideW() * icg,
            b,
            bAt,
            bStep,
            GemmTile.COLUMNS,
            accumulate ? sums : partials,
            accumulate ? 0 : cAt,
            accumulate ? width : ldc);
        if (accumulate) {
          GemmTile.add(count, width, sums, 0, width, partials, cAt, ldc);
        }
      }
    }
  }

  /** Copies {@code rows} padded input rows from row {@code top} on: [row][column][channel]. */
  private void fillX(int n, int top, int rows, int g, float[] x, int xOffset, float[] strip) {
    int columns = pitch / icg;
    int from = Math.clamp(s.padLeft(), 0, columns);
    int to = Math.clamp((long) s.padLeft() + s.w(), from, columns);
    for (int l = 0; l < rows; l++) {
      int at = l * pitch;
      int row = top + l;
      if (row < 0 || row >= s.h()) {
        Arrays.fill(strip, at, at + pitch, 0);
        continue;
      }
      Arrays.fill(strip, at, at + from * icg, 0);
      Arrays.fill(strip, at + to * icg, at + pitch, 0);
      int source = xOffset + (n * s.h() + row) * s.w() * s.ic() + g * icg;
      if (s.groups() == 1) {
        System.arraycopy(x, source, strip, at + from * icg, (to - from) * icg);
        continue;
      }
      for (int q = from; q < to; q++) {
        System.arraycopy(x, source + (q - from) * s.ic(), strip, at + q * icg, icg);
      }
    }
    Arrays.fill(strip, rows * pitch, rows * pitch + GemmTile.ROWS, 0);
  }

  /**
   * Whether so many rows of dy fall into a few sets of the L1 cache, which then does not hold them
   * for all of the tiles that read them.
   */
  private boolean collides(int pixels, int tiles) {
    return s.oc() % COLLIDING == 0
        && s.oc() >= COLLIDING_STEP
        && pixels >= COLLIDING_PIXELS
        && tiles >= COLLIDING_TILES;
  }

  /** Some panels of dy side by side, with zeros beyond the channels. */
  private float[] copyPanel(int pixels, int columns, int width, float[] dy, int source) {
    float[] copy = Scratch.floats(SLOT_DY, pixels * width);
    for (int i = 0; i < pixels; i++) {
      int at = i * width;
      System.arraycopy(dy, source + i * s.oc(), copy, at, columns);
      Arrays.fill(copy, at + columns, at + width, 0);
    }
    return copy;
  }

  /** Adds the chunks of one block, in their order, and writes the block's part of dw. */
  private void reduce(int block, float[] partials, float beta, float[] dw, int dwOffset) {
    int g = block / (s.kh() * runs);
    int firstRow = block % (s.kh() * runs) * runRows;
    int ldc = panels * GemmTile.COLUMNS;
    float[] sums = Scratch.floats(SLOT_X, ocg);
    for (int row = 0; row < runRows; row++) {
      Arrays.fill(sums, 0, ocg, 0);
      for (int chunk = 0; chunk < chunks; chunk++) {
        int at = chunk * partialSize() + block * blockSize() + row * ldc;
        for (int o = 0; o < ocg; o++) {
          sums[o] += partials[at + o];
        }
      }
      int target = dwOffset + (firstRow + row) * s.oc() + g * ocg;
      for (int o = 0; o < ocg; o++) {
        dw[target + o] = beta == 0 ? sums[o] : beta * dw[target + o] + sums[o];
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
