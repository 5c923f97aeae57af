package org.intraq.tensor.kernel.gemm;

import org.intraq.tensor.kernel.Scratch;

/**
 * {@link GemmBlockTile} for processors with 16 registers of 256 bits, tile after tile along packed
 * panels of B that lie side by side: a call, its set-up and what follows are shared by all columns
 * of a few rows of C.
 *
 * <p>K goes by one loop, four steps in a turn, and a fence that forbids nothing to the processor
 * ({@link java.lang.invoke.VarHandle#loadLoadFence}: no instruction on x86) stands behind each row:
 * without, the compiler loads the operands of several rows first, finds no registers for them and
 * keeps sums in memory.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
public final class GemmPanelTile {
  private static final int TOGETHER = 4;

  private GemmPanelTile() {}

  /** Whether this is the faster way to compute tiles of K = {@code depth}. */
  public static boolean suits(int depth) {
    return !GemmTile.MANY_REGISTERS && depth % TOGETHER == 0;
  }

  /**
   * {@link GemmBlockTile#run} by the smallest tile that has at least {@code rows} rows; it reads
   * and writes all of its own rows.
   *
   * @param seg the starts of A's blocks of 16 terms
   */
  static void run(
      int rows,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cAt,
      int ldc) {
    if (rows > GemmTile.SMALL_ROWS) {
      GemmSegmentTileKernels.tile6(seg, depth, a, aBase, b, bBase, c, cAt, ldc);
    } else {
      GemmSegmentTileKernels.tile4(seg, depth, a, aBase, b, bBase, c, cAt, ldc);
    }
  }

  /**
   * {@link GemmTile#run} for packed columns of A, {@code rows} apart, and a packed panel of B.
   *
   * @param rows {@link GemmTile#ROWS} or {@link GemmTile#SMALL_ROWS}
   */
  static void columns(
      int rows, int depth, float[] a, int aAt, float[] b, int bAt, float[] c, int cAt, int ldc) {
    if (rows == GemmTile.ROWS) {
      GemmColumnTileKernels.tile6(depth, a, aAt, b, bAt, c, cAt, ldc);
    } else {
      GemmColumnTileKernels.tile4(depth, a, aAt, b, bAt, c, cAt, ldc);
    }
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
    if (from == 0 && to == GemmPanels.panels(nc) && GemmNarrowRows.suits(nc)) {
      GemmNarrowRows.multiply(a, aAt, lda, c, cAt, ldc, mc, nc, kc, bPacked, bPackedAt, done);
      return;
    }
    int rows = GemmTile.ROWS;
    int columns = GemmTile.COLUMNS;
    int aPanel = GemmMacroKernel.panelSize(kc);
    boolean near = near(kc, to - from);
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

  /** Whether so many panels of B stay in the L2 cache while rows of A stream past. */
  public static boolean near(int depth, int panels) {
    return (long) depth * panels * GemmTile.COLUMNS <= GemmMacroKernel.NEAR;
  }

  /**
   * Tiles of {@link GemmTile#ROWS} rows side by side, of which the last may hang over the last
   * column.
   *
   * @param a [kc / 16][ROWS][16]
   * @param b packed panels
   */
  public static void tiles(
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
    int gap = (rows - 1) * GemmBlockTile.BLOCK;
    if (columns == panels * GemmTile.COLUMNS) {
      GemmPanelTileKernels.panels6(panels, gap, kc, a, aAt, b, bAt, c, cAt, ldc);
      return;
    }
    boolean half = columns <= GemmTile.COLUMNS / 2;
    if (half && columns == GemmTile.COLUMNS / 2) {
      GemmPanelTileKernels.half6(1, gap, kc, a, aAt, b, bAt, c, cAt, ldc);
      return;
    }
    int width = GemmTile.COLUMNS;
    float[] buffer = Scratch.floats(GemmMacroKernel.SLOT_TILE, rows * width);
    if (half) {
      GemmPanelTileKernels.half6(1, gap, kc, a, aAt, b, bAt, buffer, 0, width);
    } else {
      GemmPanelTileKernels.panels6(1, gap, kc, a, aAt, b, bAt, buffer, 0, width);
    }
    GemmTile.copy(rows, columns, buffer, 0, width, c, cAt, ldc);
  }
}
