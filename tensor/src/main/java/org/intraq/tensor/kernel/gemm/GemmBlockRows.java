package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmBlockTile} for many rows and one panel of B: the loop over tiles is inside. Where K is
 * short a call of a tile, its zeros and its stores take a third of its time; here the next tile's
 * sums begin while the last one's are stored.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
public final class GemmBlockRows {
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private GemmBlockRows() {}

  /** Whether this is the faster way to multiply one panel: with 32 registers of 256 bits. */
  public static boolean suits() {
    return GemmTile.MANY_REGISTERS && !TileWidth.SINGLES;
  }

  /**
   * c[i, j] of {@code rows} rows, as {@link GemmBlockTile}; may write up to {@link GemmTile#ROWS} -
   * 1 rows beyond them.
   *
   * @param largeRows how many of them large tiles compute, {@link GemmTile#largeRows}
   * @param seg the starts of A's blocks of 16 terms
   */
  public static void run(
      int rows,
      int largeRows,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] c,
      int cBase,
      int ldc) {
    int small = Math.max(0, rows - largeRows + GemmTile.SMALL_ROWS - 1) / GemmTile.SMALL_ROWS;
    GemmBlockRowsKernels.rows12(
        largeRows / GemmTile.ROWS, seg, depth, a, aBase, aStep, b, bBase, bStep, c, cBase, ldc);
    GemmBlockRowsKernels.rows8(
        small,
        seg,
        depth,
        a,
        aBase + largeRows * BLOCK,
        aStep,
        b,
        bBase,
        bStep,
        c,
        cBase + largeRows * ldc,
        ldc);
  }
}
