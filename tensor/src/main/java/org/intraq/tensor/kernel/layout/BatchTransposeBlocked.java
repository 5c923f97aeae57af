package org.intraq.tensor.kernel.layout;

import org.intraq.tensor.parallel.Workers;

/**
 * {@link BatchTranspose} in strips across the longer side, short enough that the lines of cache
 * which the strided accesses touch are still there when the next row or column comes to them.
 */
public final class BatchTransposeBlocked implements BatchTranspose {
  /** Length of a strip: 256 lines of 64 bytes are half of a first-level cache of 32 KiB. */
  private static final int STRIP = 256;

  private final Workers workers;

  /** A kernel that shares matrices and strips out to {@code workers}. */
  public BatchTransposeBlocked(Workers workers) {
    this.workers = workers;
  }

  @Override
  public void transpose(
      int n, int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    BatchTranspose.check(n, rows, columns, x, xOffset, y, yOffset);
    if (n == 0 || rows == 0 || columns == 0) {
      return;
    }
    int longer = Math.max(rows, columns);
    int strips = (longer - 1) / STRIP + 1;
    // Strips of one task: at least 16384 elements, where the matrix has as many.
    int group = Math.max(1, 16384 / (STRIP * Math.min(rows, columns)));
    int groups = (strips - 1) / group + 1;
    workers.run(
        n * groups,
        task -> {
          int base = task / groups * rows * columns;
          int end = Math.min(longer, (task % groups + 1) * group * STRIP);
          for (int from = task % groups * group * STRIP; from < end; from += STRIP) {
            int to = Math.min(longer, from + STRIP);
            if (columns >= rows) {
              wideStrip(from, to, rows, columns, x, xOffset + base, y, yOffset + base);
            } else {
              tallStrip(from, to, rows, columns, x, xOffset + base, y, yOffset + base);
            }
          }
        });
  }

  /** Columns [from, to): reads in order, writes with stride. */
  private static void wideStrip(
      int from, int to, int rows, int columns, float[] x, int xBase, float[] y, int yBase) {
    for (int i = 0; i < rows; i++) {
      int in = xBase + i * columns;
      int out = yBase + i;
      for (int j = from; j < to; j++) {
        y[out + j * rows] = x[in + j];
      }
    }
  }

  /** Rows [from, to): reads with stride, writes in order. */
  private static void tallStrip(
      int from, int to, int rows, int columns, float[] x, int xBase, float[] y, int yBase) {
    for (int j = 0; j < columns; j++) {
      int in = xBase + j;
      int out = yBase + j * rows;
      for (int i = from; i < to; i++) {
        y[out + i] = x[in + i * columns];
      }
    }
  }
}
