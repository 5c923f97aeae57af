package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmPanelTile} for many rows and one panel of B, the loop over tiles inside: a tile's
 * zeros, stores and set-up overlap with the next one's sums, which is worth most where K is short.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
public final class GemmPanelRows {
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private GemmPanelRows() {}

  /** Whether this is the faster way to multiply one panel for K = {@code depth}. */
  public static boolean suits(int depth) {
    return GemmPanelTile.suits(depth);
  }

  /**
   * c[i, j] of {@code rows} rows, as {@link GemmBlockTile}, where B is a packed panel; may write up
   * to {@link GemmTile#ROWS} - 1 rows beyond them.
   *
   * @param largeRows how many of them large tiles compute, {@link GemmTile#largeRows}
   * @param blockStep floats from one block of 16 terms of a row of A to the next one
   */
  public static void run(
      int rows,
      int largeRows,
      int blockStep,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    int gap = blockStep - BLOCK;
    int small = Math.ceilDiv(Math.max(0, rows - largeRows), GemmTile.SMALL_ROWS);
    GemmPanelRowsKernels.rows6(
        largeRows / GemmTile.ROWS, gap, depth, a, aBase, b, bBase, c, cBase, ldc);
    int below = aBase + largeRows * BLOCK;
    GemmPanelRowsKernels.rows4(
        small, gap, depth, a, below, b, bBase, c, cBase + largeRows * ldc, ldc);
  }
}
