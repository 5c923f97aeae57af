package org.intraq.tensor.kernel.layout;

import org.intraq.tensor.parallel.Workers;

/**
 * {@link BatchTranspose} in square blocks, so that the lines of cache that the strided side touches
 * are used up before they are evicted.
 */
public final class BatchTransposeBlocked implements BatchTranspose {
  /** Side of a block: 32 x 32 floats are 4 KiB of either side. */
  private static final int BLOCK = 32;

  private final Workers workers;

  /** A kernel that shares matrices and strips of rows out to {@code workers}. */
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
    // A strip is a range of the longer side of one matrix, so that [3, H * W] has strips as well.
    boolean wide = columns >= rows;
    int longer = wide ? columns : rows;
    int stripLength = Math.max(BLOCK, 16384 / Math.min(rows, columns) / BLOCK * BLOCK);
    int strips = (longer - 1) / stripLength + 1;
    workers.run(
        n * strips,
        task -> {
          int matrix = task / strips;
          int from = task % strips * stripLength;
          int to = Math.min(longer, from + stripLength);
          int base = matrix * rows * columns;
          if (wide) {
            strip(0, rows, from, to, rows, columns, x, xOffset + base, y, yOffset + base);
          } else {
            strip(from, to, 0, columns, rows, columns, x, xOffset + base, y, yOffset + base);
          }
        });
  }

  private static void strip(
      int iFrom,
      int iTo,
      int jFrom,
      int jTo,
      int rows,
      int columns,
      float[] x,
      int xBase,
      float[] y,
      int yBase) {
    for (int i = iFrom; i < iTo; i += BLOCK) {
      for (int j = jFrom; j < jTo; j += BLOCK) {
        block(
            i,
            Math.min(iTo, i + BLOCK),
            j,
            Math.min(jTo, j + BLOCK),
            rows,
            columns,
            x,
            xBase,
            y,
            yBase);
      }
    }
  }

  private static void block(
      int iFrom,
      int iTo,
      int jFrom,
      int jTo,
      int rows,
      int columns,
      float[] x,
      int xBase,
      float[] y,
      int yBase) {
    for (int j = jFrom; j < jTo; j++) {
      for (int i = iFrom; i < iTo; i++) {
        y[yBase + j * rows + i] = x[xBase + i * columns + j];
      }
    }
  }
}
