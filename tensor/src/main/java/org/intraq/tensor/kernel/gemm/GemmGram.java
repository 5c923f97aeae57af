package org.intraq.tensor.kernel.gemm;

import org.intraq.tensor.kernel.Scratch;

/**
 * C = A^T B for matrices of many rows, computed on the calling thread: what a gradient of weights
 * is made of.
 *
 * <pre>
 * for each block of about {@link GemmSimd#KC} rows of A and B
 *   copy A's block by columns of the tile        stays in the L2 cache: few columns of A at a time
 *   for each four panels of B                    copied side by side, read while they are near
 *     for each tile of rows of C: a tile         the block's sum stays in registers
 * </pre>
 *
 * <p>The sum over a block is one chain, the blocks are added in their order. Blocks are equal,
 * since a short one would cost as many reads and writes of C as a long one.
 */
public final class GemmGram {
  private static final int SLOT_A = 1;
  private static final int SLOT_B = 0;

  /** Blocks are multiples of this, as {@link GemmPanelTile} wants them. */
  public static final int UNIT = 16;

  /** Panels of B that are copied side by side. */
  private static final int PANELS_PER_COPY = 4;

  private GemmGram() {}

  /**
   * C [m, n] = A^T B of A [k, m] and B [k, n], row-major.
   *
   * @param k at least 1
   * @param m at most a few hundred, so that a block of A stays near
   */
  public static void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      int lda,
      float[] b,
      int bAt,
      int ldb,
      float[] c,
      int cAt,
      int ldc) {
    int blocks = Math.max(1, (k + GemmSimd.KC / 2) / GemmSimd.KC);
    int depth = Math.ceilDiv(Math.ceilDiv(k, blocks), UNIT) * UNIT;
    for (int pc = 0; pc < k; pc += depth) {
      int kc = Math.min(depth, k - pc);
      block(m, n, kc, a, aAt + pc * lda, lda, b, bAt + pc * ldb, ldb, pc > 0, c, cAt, ldc);
    }
  }

  private static void block(
      int m,
      int n,
      int kc,
      float[] a,
      int aAt,
      int lda,
      float[] b,
      int bAt,
      int ldb,
      boolean accumulate,
      float[] c,
      int cAt,
      int ldc) {
    int columns = GemmTile.COLUMNS;
    int aPanel = GemmMacroKernel.panelSize(kc);
    float[] aPacked = Scratch.floats(SLOT_A, (m + GemmTile.ROWS - 1) / GemmTile.ROWS * aPanel);
    GemmMacroKernel.packA(true, m, kc, a, aAt, lda, aPacked, aPanel);
    float[] bPacked = Scratch.floats(SLOT_B, PANELS_PER_COPY * kc * columns);
    for (int j = 0; j < n; j += PANELS_PER_COPY * columns) {
      int count = Math.min(PANELS_PER_COPY * columns, n - j);
      int whole = count / columns;
      GemmPacking.packRowsOfB(whole, kc, 1f, b, bAt + j, ldb, bPacked, 0);
      if (whole * columns < count) {
        int rest = count - whole * columns;
        int at = bAt + j + whole * columns;
        GemmPacking.packB(false, rest, kc, 1f, b, at, ldb, bPacked, whole * kc * columns);
      }
      int panels = (count + columns - 1) / columns;
      GemmMacroKernel.panels(
          true,
          aPacked,
          aPanel,
          null,
          0,
          0,
          c,
          cAt + j,
          ldc,
          m,
          count,
          kc,
          0,
          panels,
          bPacked,
          0,
          accumulate,
          null);
    }
  }
}
