package org.intraq.tensor.kernel.gemm;

import org.intraq.tensor.kernel.Scratch;

/**
 * {@link GemmBlockTile} for processors with 16 registers of 256 bits, tile after tile along packed
 * panels of B that lie side by side: a call, its set-up and what follows are shared by all columns
 * of a few rows of C.
 *
 * <p>K goes by one loop, two steps in a turn, and a fence that forbids nothing to the processor
 * ({@link java.lang.invoke.VarHandle#loadLoadFence}: no instruction on x86) stands behind each row:
 * without, the compiler loads the operands of several rows first, finds no registers for them and
 * keeps sums in memory.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
final class GemmPanelTile {
  private static final int TOGETHER = 2;

  private GemmPanelTile() {}

  /** Whether this is the faster way to compute tiles of K = {@code depth}. */
  static boolean suits(int depth) {
    return !GemmTile.MANY_REGISTERS && depth % TOGETHER == 0;
  }

  /**
   * c[i, j] for 0 <= j < panels * {@link GemmTile#COLUMNS}, as {@link GemmBlockTile}, by the
   * smallest tile that has at least {@code rows} rows; it reads and writes all of its own rows.
   *
   * @param seg the starts of A's blocks of 16 terms
   * @param b panels of B as {@link GemmPacking} packs them, one behind the other from {@code bBase}
   */
  static void run(
      int panels,
      int rows,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    if (rows > GemmTile.SMALL_ROWS) {
      GemmPanelTileKernels.panels6(panels, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
    } else {
      GemmPanelTileKernels.panels4(panels, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
    }
  }

  /**
   * One panel and many rows, the loop over tiles inside: a tile's zeros, stores and set-up overlap
   * with the next one's sums, which is worth most where K is short.
   *
   * @param large rows that tiles of {@link GemmTile#ROWS} compute, a multiple of them
   * @param small tiles of {@link GemmTile#SMALL_ROWS} below them
   */
  static void rows(
      int large,
      int small,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    GemmPanelRowsKernels.rows6(
        large / GemmTile.ROWS, seg, depth, a, aBase, b, bBase, c, cBase, ldc);
    int aSmall = aBase + large * GemmBlockTile.BLOCK;
    GemmPanelRowsKernels.rows4(small, seg, depth, a, aSmall, b, bBase, c, cBase + large * ldc, ldc);
  }

  /**
   * {@link GemmMacroKernel#run} for rows of A, at least {@link GemmTile#ROWS}, that become the
   * first block of K. The last tile begins where it has all of its rows: what is computed twice has
   * the same bits.
   */
  static void multiply(
      float[] a,
      int aAt,
      int lda,
      float[] c,
      int cAt,
      int ldc,
      int mc,
      int nc,
      int kc,
      int from,
      int to,
      float[] bPacked,
      int bPackedAt,
      TileDone done) {
    int rows = GemmTile.ROWS;
    int columns = GemmTile.COLUMNS;
    int aPanel = GemmMacroKernel.panelSize(kc);
    boolean near = kc * (to - from) * columns <= GemmMacroKernel.NEAR;
    int block = near ? rows : mc;
    float[] aPacked = Scratch.floats(GemmMacroKernel.SLOT_A, Math.ceilDiv(block, rows) * aPanel);
    int whole = Math.clamp(nc / columns, from, to);
    for (int first = 0; first < mc; first += block) {
      int end = Math.min(mc, first + block);
      for (int i = first, at = 0; i < end; i += rows, at += aPanel) {
        int row = Math.min(i, mc - rows);
        GemmPacking.packTile(kc, a, aAt + row * lda, lda, aPacked, at);
      }
      for (int panel = from, together; panel < to; panel += together) {
        together = panel < whole && near ? whole - panel : 1;
        int column = panel * columns;
        int count = Math.min(together * columns, nc - column);
        int b = bPackedAt + column * kc;
        for (int i = first, at = 0; i < end; i += rows, at += aPanel) {
          int target = cAt + Math.min(i, mc - rows) * ldc + column;
          tiles(together, count, kc, aPacked, at, bPacked, b, c, target, ldc);
          if (done != null) {
            done.run(rows, column, count, c, target, ldc);
          }
        }
      }
    }
  }

  /** Tiles side by side, of which the last may hang over the last column. */
  private static void tiles(
      int panels,
      int columns,
      int kc,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      float[] c,
      int cAt,
      int ldc) {
    int rows = GemmTile.ROWS;
    int[] blocks = GemmMacroKernel.BLOCKS;
    if (columns == panels * GemmTile.COLUMNS) {
      GemmPanelTileKernels.panels6(panels, blocks, kc, a, aAt, b, bAt, c, cAt, ldc);
      return;
    }
    boolean half = columns <= GemmTile.COLUMNS / 2;
    if (half && columns == GemmTile.COLUMNS / 2) {
      GemmPanelTileKernels.half6(1, blocks, kc, a, aAt, b, bAt, c, cAt, ldc);
      return;
    }
    int width = GemmTile.COLUMNS;
    float[] buffer = Scratch.floats(GemmMacroKernel.SLOT_TILE, rows * width);
    if (half) {
      GemmPanelTileKernels.half6(1, blocks, kc, a, aAt, b, bAt, buffer, 0, width);
    } else {
      GemmPanelTileKernels.panels6(1, blocks, kc, a, aAt, b, bAt, buffer, 0, width);
    }
    GemmTile.copy(rows, columns, buffer, 0, width, c, cAt, ldc);
  }
}
