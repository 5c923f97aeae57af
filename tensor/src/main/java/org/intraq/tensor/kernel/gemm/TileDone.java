package org.intraq.tensor.kernel.gemm;

/** Told of each tile of C as soon as its sums are complete, while it is in the nearest cache. */
@FunctionalInterface
public interface TileDone {
  /**
   * A tile is complete. Rows that are computed once more are told of once more.
   *
   * @param rows of the tile, {@code ldc} floats apart
   * @param column its first column of C, the first of {@code columns}
   * @param cAt where that column of its first row lies
   */
  void run(int rows, int column, int columns, float[] c, int cAt, int ldc);
}
