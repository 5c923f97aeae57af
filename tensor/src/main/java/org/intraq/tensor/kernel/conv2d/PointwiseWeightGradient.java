package org.intraq.tensor.kernel.conv2d;

import java.util.Arrays;
import org.intraq.tensor.kernel.Scratch;
import org.intraq.tensor.kernel.gemm.GemmGram;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.intraq.tensor.parallel.Workers;

/**
 * The adjoint in the weights of a 1x1 convolution of stride 1 as the matrix product
 *
 * <pre>
 * dw [IC, OC] = x^T dy,   x [pixels, IC], dy [pixels, OC]
 *
 *             OC                 parts of IC and OC, a task each, and
 *        +---------+             chunks of pixels, whose sums are added in their order
 *   IC   |____|____|
 *        |    |    |   parts
 *        +---------+
 * </pre>
 *
 * <p>The cut depends on the shape alone, so the bits do not depend on threads. A sum runs over
 * blocks of 256 to 767 pixels ({@link GemmGram}), also beyond an image's end.
 */
final class PointwiseWeightGradient {
  private static final int SLOT_PARTIAL = 6;
  private static final int SLOT_SUMS = 4;

  /** Weights from which on copies of x and dy pay: each is used often enough. */
  private static final int MIN_WEIGHTS = 6144;

  private static final int MIN_ROWS = 32;
  private static final int MIN_COLUMNS = 64;
  private static final int MIN_WIDER = 128;

  /** Weights from which on all pixels are one matrix product, which copies x and dy once. */
  private static final int LARGE = 1 << 17;

  /** And rows: fewer are too few tasks. */
  private static final int LARGE_ROWS = 192;

  /** Enough tasks that no thread waits long for the last one. */
  private static final int TASKS = 16;

  /** Pixels of a chunk, at least: its sums are written and read again. */
  private static final int CHUNK = 512;

  /** Rows of a part of dw, at most: its block of x must fit the cache. */
  private static final int ROWS = 192;

  /** Columns of a part, at least: each copy of x serves so many. */
  private static final int COLUMNS = 256;

  /** Floats that all chunks' sums together should not exceed. */
  private static final int PARTIAL_FLOATS = 1 << 22;

  private final Conv2dShape s;
  private final int pixels;
  private final int chunks;
  private final int rowParts;
  private final int columnParts;

  private PointwiseWeightGradient(Conv2dShape shape) {
    s = shape;
    pixels = shape.n() * shape.h() * shape.w();
    int affordable = Math.max(1, PARTIAL_FLOATS / shape.weightSize());
    chunks = even(Math.clamp(pixels / CHUNK, 1, Math.min(TASKS, affordable)));
    int wanted = ceilDiv(TASKS, chunks);
    rowParts = ceilDiv(s.ic(), ROWS);
    columnParts = even(Math.clamp(s.oc() / COLUMNS, 1, Math.max(1, wanted / rowParts)));
  }

  /** Rounds up, but for 1: two threads then get equal shares. */
  private static int even(int tasks) {
    return tasks == 1 ? 1 : tasks + tasks % 2;
  }

  /** Whether a shape is one for this class. */
  static boolean suits(Conv2dShape s) {
    return s.isPointwise()
        && s.outputSize() > 0
        && s.ic() >= MIN_ROWS
        && s.oc() >= MIN_COLUMNS
        && Math.max(s.ic(), s.oc()) >= MIN_WIDER
        && s.weightSize() >= MIN_WEIGHTS;
  }

  /** Whether a shape that suits has so many weights that a plain matrix product is better. */
  static boolean isLarge(Conv2dShape s) {
    return s.weightSize() >= LARGE && s.ic() >= LARGE_ROWS;
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
    PointwiseWeightGradient job = new PointwiseWeightGradient(shape);
    boolean direct = job.chunks == 1 && beta == 0;
    int size = shape.weightSize();
    float[] sums = direct ? dw : Scratch.floats(SLOT_PARTIAL, job.chunks * size);
    int parts = job.rowParts * job.columnParts;
    workers.run(
        job.chunks * parts,
        task -> {
          int chunk = task / parts;
          int at = direct ? dwOffset : chunk * size;
          job.part(chunk, task % parts, x, xOffset, dy, dyOffset, sums, at);
        });
    if (!direct) {
      int rows = ceilDiv(shape.ic(), TASKS);
      workers.run(
          ceilDiv(shape.ic(), rows),
          task -> {
            int to = Math.min(shape.ic(), (task + 1) * rows);
            job.reduce(task * rows, to, sums, beta, dw, dwOffset);
          });
    }
  }

  private void part(
      int chunk,
      int part,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float[] sums,
      int sumsAt) {
    int from = (int) ((long) pixels * chunk / chunks);
    int to = (int) ((long) pixels * (chunk + 1) / chunks);
    int row = border(part / columnParts, rowParts, s.ic(), GemmTile.ROWS);
    int rows = border(part / columnParts + 1, rowParts, s.ic(), GemmTile.ROWS) - row;
    int wide = GemmTile.PANELS * GemmTile.COLUMNS;
    int column = border(part % columnParts, columnParts, s.oc(), wide);
    int columns = border(part % columnParts + 1, columnParts, s.oc(), wide) - column;
    GemmGram.multiply(
        rows,
        columns,
        to - from,
        x,
        xOffset + from * s.ic() + row,
        s.ic(),
        dy,
        dyOffset + from * s.oc() + column,
        s.oc(),
        sums,
        sumsAt + row * s.oc() + column,
        s.oc());
  }

  /** Where a part begins: parts are whole tiles, but for the last one. */
  private static int border(int part, int parts, int size, int tile) {
    return Math.min(size, (int) ((long) ceilDiv(size, tile) * part / parts) * tile);
  }

  /** Adds the chunks of rows [from, to), in their order, and writes them to dw. */
  private void reduce(int from, int to, float[] sums, float beta, float[] dw, int dwOffset) {
    float[] row = Scratch.floats(SLOT_SUMS, s.oc());
    for (int c = from; c < to; c++) {
      Arrays.fill(row, 0, s.oc(), 0);
      for (int chunk = 0; chunk < chunks; chunk++) {
        int at = chunk * s.weightSize() + c * s.oc();
        for (int o = 0; o < s.oc(); o++) {
          row[o] += sums[at + o];
        }
      }
      int target = dwOffset + c * s.oc();
      for (int o = 0; o < s.oc(); o++) {
        dw[target + o] = beta == 0 ? row[o] : beta * dw[target + o] + row[o];
      }
    }
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
