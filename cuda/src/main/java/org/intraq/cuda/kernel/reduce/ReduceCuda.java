package org.intraq.cuda.kernel.reduce;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/**
 * Launches {@code ReduceCuda.cu}: reductions in two passes, partial results of fixed shares and
 * then their tree.
 */
public final class ReduceCuda {
  private static final int BLOCK = 256;
  private static final int LANES = 32;
  private static final int ROWS = 8;
  private static final int WARPS = BLOCK / 32;

  /** Elements that a block of the first pass takes at least. */
  private static final int SHARE = 8192;

  private static final int MOST_PARTS = 1024;

  /** Rows that a slice takes at least, and most slices. */
  private static final int SLICE_ROWS = 256;

  private static final int MOST_SLICES = 256;

  private final Gpu gpu;

  /** Kernels of a device. */
  public ReduceCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y[0] = sum of x, or of its squares. */
  public void sum(int n, boolean squares, long x, long y) {
    int parts = parts(n);
    gpu.pool()
        .borrow(
            (long) parts * Double.BYTES,
            partial -> {
              launch("sum_parts", Extent.of(parts))
                  .integer(n)
                  .integer(squares ? 1 : 0)
                  .pointer(x)
                  .pointer(partial)
                  .run();
              launch("sum_finish", Extent.of(1)).integer(parts).pointer(partial).pointer(y).run();
            });
  }

  /** y[r] = sum of row r. */
  public void rowSums(int rows, int columns, long x, long y) {
    launch("row_sums", Extent.of(Math.min(rows, 1 << 20)))
        .integer(rows)
        .integer(columns)
        .pointer(x)
        .pointer(y)
        .run();
  }

  /** y[c] = sum of column c. */
  public void columnSums(int rows, int columns, long x, long y) {
    int slices = slices(rows);
    gpu.pool()
        .borrow(
            (long) slices * columns * Double.BYTES,
            partial -> {
              slices("column_sums", rows, columns, slices).pointer(x).pointer(partial).run();
              launch("column_sums_finish", Geometry.strided(columns))
                  .integer(slices)
                  .integer(columns)
                  .pointer(partial)
                  .pointer(y)
                  .run();
            });
  }

  /** y[0] = minimum, y[1] = maximum. */
  public void minMax(int n, long x, long y) {
    int parts = parts(n);
    gpu.pool()
        .borrow(
            2L * parts * Float.BYTES,
            partial -> {
              launch("min_max", Extent.of(parts)).integer(n).pointer(x).pointer(partial).run();
              launch("min_max_finish", Extent.of(1))
                  .integer(parts)
                  .pointer(partial)
                  .pointer(y)
                  .run();
            });
  }

  /** y[0, c] = minimum, y[1, c] = maximum of column c. */
  public void minMaxColumns(int rows, int columns, long x, long y) {
    int slices = slices(rows);
    gpu.pool()
        .borrow(
            2L * slices * columns * Float.BYTES,
            partial -> {
              slices("min_max_columns", rows, columns, slices).pointer(x).pointer(partial).run();
              launch("min_max_columns_finish", Geometry.strided(columns))
                  .integer(slices)
                  .integer(columns)
                  .pointer(partial)
                  .pointer(y)
                  .run();
            });
  }

  /** y[r] = index of the largest element of row r. */
  public void argMaxRows(int rows, int columns, long x, long y) {
    launch("arg_max_rows", Extent.of(Math.min(Math.ceilDiv(rows, WARPS), 1 << 20)))
        .integer(rows)
        .integer(columns)
        .pointer(x)
        .pointer(y)
        .run();
  }

  private static int parts(int n) {
    return Math.clamp(Math.ceilDiv(n, SHARE), 1, MOST_PARTS);
  }

  private static int slices(int rows) {
    return Math.clamp(Math.ceilDiv(rows, SLICE_ROWS), 1, MOST_SLICES);
  }

  private Launch slices(String kernel, int rows, int columns, int slices) {
    return launch(kernel, Extent.of(Math.ceilDiv(columns, LANES), slices))
        .block(Extent.of(LANES, ROWS))
        .integer(rows)
        .integer(columns)
        .integer(Math.ceilDiv(rows, slices));
  }

  private Launch launch(String kernel, Extent grid) {
    return gpu.module(ReduceCuda.class).launch(kernel).grid(grid).block(Extent.of(BLOCK));
  }
}
