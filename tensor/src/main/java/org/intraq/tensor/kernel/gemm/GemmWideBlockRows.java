package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmBlockRows} for two panels of B with vectors of 512 bits, as {@link GemmWideBlockTile}
 * is for one tile: the same bits.
 */
public final class GemmWideBlockRows {
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private GemmWideBlockRows() {}

  /**
   * {@link GemmBlockRows#run} for two panels.
   *
   * @param bPanel floats from one panel of B to the other
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
      int bPanel,
      float[] c,
      int cBase,
      int ldc) {
    int small = Math.max(0, rows - largeRows + GemmTile.SMALL_ROWS - 1) / GemmTile.SMALL_ROWS;
    int large = largeRows / GemmTile.ROWS;
    GemmWideBlockRowsKernels.rows12(
        large, seg, depth, a, aBase, aStep, b, bBase, bStep, bPanel, c, cBase, ldc);
    int at = aBase + largeRows * BLOCK;
    int to = cBase + largeRows * ldc;
    GemmWideBlockRowsKernels.rows8(
        small, seg, depth, a, at, aStep, b, bBase, bStep, bPanel, c, to, ldc);
  }
}
