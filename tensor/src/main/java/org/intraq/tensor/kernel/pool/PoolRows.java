package org.intraq.tensor.kernel.pool;

import org.intraq.tensor.parallel.Workers;

/** Shares the rows of a batch of planes out, and says which windows cover a sample. */
final class PoolRows {
  /** Elements that a task reads or writes, at least: less is not worth waking a thread. */
  private static final int BLOCK = 1 << 16;

  private PoolRows() {}

  /** Works on one row of one image. */
  @FunctionalInterface
  interface Row {
    void run(int image, int row);
  }

  /** Runs all rows of all images, in tasks of about 65 thousand elements of {@code rowCost}. */
  static void forEach(Workers workers, int images, int rows, int rowCost, Row body) {
    int total = images * rows;
    int perTask = Math.max(1, BLOCK / Math.max(rowCost, 1));
    workers.run(
        Math.ceilDiv(total, perTask),
        task -> {
          int end = Math.min(total, (task + 1) * perTask);
          for (int row = task * perTask; row < end; row++) {
            body.run(row / rows, row % rows);
          }
        });
  }

  /** First window that covers sample {@code i}. */
  static int firstWindow(int i, int pad, int kernel, int stride) {
    return Math.max(0, Math.ceilDiv(i + pad - kernel + 1, stride));
  }

  /** One past the last window that covers sample {@code i}. */
  static int endWindow(int i, int pad, int stride, int windows) {
    return Math.min(windows, (i + pad) / stride + 1);
  }
}
