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
 *
 * <p>Weights' gradient where dy has 128 channels or a larger multiple of 64: its rows lie a step
 * apart that reaches few sets of the L1 cache, so panels are copied side by side first. One thread,
 * ms, two runs by turns, same bits: 1x1 14x14x384 13.6 to 12.8, 28x28x192 12.1 to 11.0, 7x7x768
 * 16.2 to 13.4; 3x3/2 28x28x128 to 256 12.5 to 12.0; 3x3 14x14x256 20.8 to 20.3, 28x28x128 the
 * same; 3x3 56x56x64 would lose 3 % (left in place). What else kept 1x1 at 70 of 118 GFLOP/s were
 * depths of 98, after which a tile's sums were added to memory, and x^T read with a step of all
 * channels for each tile. Now blocks of 256 to 767 pixels are copied as a matrix product copies
 * them, chunk by chunk ({@code PointwiseWeightGradient}), from 2^17 weights on by {@code GemmSimd}
 * over all pixels, where copies are shared. Batch 16, ms by turns in one process, medians, on
 * another processor (Zen 3, 256 bits, disturbed: a row compares within itself only); in brackets
 * all pixels as one product of {@code GemmSimd}:
 *
 * <table>
 * <caption>gradient of the weights, 1x1</caption>
 * <tr><th></th><th>one thread</th><th>two</th></tr>
 * <tr><td>28x28: 96 to 192</td><td>8.8 to 8.5 (9.2)</td><td>5.5 to 5.0 (6.9)</td></tr>
 * <tr><td>28x28: 32 to 192</td><td>12.3 to 7.4 (8.9)</td><td>6.9 to 3.5 (6.0)</td></tr>
 * <tr><td>28x28: 192 to 192</td><td>16.8 to 18.8 (17.2)</td><td>10.2 to 9.8 (12.6)</td></tr>
 * <tr><td>14x14: 192 to 64</td><td>2.2 to 1.8 (1.9)</td><td>0.89 to 0.68 (0.72)</td></tr>
 * <tr><td>14x14: 192 to 384</td><td>8.1 to 6.8 (6.9)</td><td>5.3 to 3.9 (4.1)</td></tr>
 * <tr><td>14x14: 64 to 384</td><td>5.3 to 4.1 (4.1)</td><td>1.8 to 1.6 (1.8)</td></tr>
 * <tr><td>14x14: 384 to 64</td><td>4.9 to 4.0 (4.2)</td><td>2.7 to 2.2 (2.7)</td></tr>
 * <tr><td>14x14: 96 to 576</td><td>7.2 to 6.1 (6.2)</td><td>12.3 to 10.9 (11.3)</td></tr>
 * <tr><td>14x14: 576 to 96</td><td>7.5 to 5.7 (5.4)</td><td>5.6 to 4.2 (4.7)</td></tr>
 * <tr><td>7x7: 160 to 960</td><td>10.2 to 5.8 (5.9)</td><td>6.0 to 3.1 (3.2)</td></tr>
 * <tr><td>7x7: 960 to 160</td><td>9.9 to 5.2 (5.2: kept)</td><td>5.6 to 2.6 (2.5: kept)</td></tr>
 * <tr><td>14x14: 384 to 384</td><td>26.8 to 23.6 (22.2: kept)</td><td>28.9 to 24.7 (32.2: kept)</td></tr>
 * <tr><td>7x7: 384 to 768</td><td>16.9 to 11.5 (11.2: kept)</td><td>9.4 to 5.7 (5.4: kept)</td></tr>
 * <tr><td>7x7: 768 to 768</td><td>22.9 to 17.8 (16.3: kept)</td><td>16.7 to 10.2 (8.6: kept)</td></tr>
 * </table>
 *
 * <p>Chunks and blocks are multiples of 16 pixels since then: a depth that is no multiple of 4 took
 * the slower tiles (14x14, 96 to 576 and back, 576 to 160: 1.08 to 1.28 with one thread, 1.2 with
 * two). With those tiles, shapes below the limits here: 24 to 48 channels 1.10, 48 to 96 1.17, 96
 * to 96 1.30, 16 to 96 1.12, 32 to 32 0.97, 96 to 24 0.89, 32 to 16 0.64. The limits, which decide
 * about bits, were left, since with 32 registers the tiles that read in place lose nothing.
 *
 * <p>Not kept there (the first three with tiles of half the speed): parts of 96 instead of 192
 * rows, 32 tasks with parts of 128 columns, chunks of 1045 pixels whose last block had 21, 96 to 96
 * channels at 56x56 (18.0 to 20.1 and, with two threads, 18.4 to 17.8); with few channels one
 * product of all pixels takes up to 1.8 times as long. At 512 bits none of this was measured.
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
    int from = border(chunk, chunks, pixels, GemmGram.UNIT);
    int to = border(chunk + 1, chunks, pixels, GemmGram.UNIT);
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

  /** Where a part begins: parts are whole tiles or units, but for the last one. */
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
