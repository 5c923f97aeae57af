package org.intraq.tensor.kernel.gemm;

import org.intraq.tensor.kernel.Scratch;

/**
 * The two inner loops of a matrix product: a block of rows of A times packed panels of B, tile by
 * tile.
 *
 * <pre>
 * B small (stays in the nearest caches)        B large
 *   for each 12 rows of A: copy them             copy all rows of A
 *     for each pair of panels: a tile            for each pair of panels of B
 *   C is written in the order of memory            for each 12 rows: a tile
 *                                                B is read once
 * </pre>
 */
final class GemmMacroKernel {
  /** Floats of a B that the L2 cache keeps beside the rows that stream past: 256 KiB. */
  static final int NEAR = 1 << 16;

  static final int SLOT_A = 1;
  static final int SLOT_TILE = 2;
  private static final int[] ONE_SEGMENT = {0};
  private static final int[] BLOCKS = blocks(GemmTile.ROWS);
  private static final int[] SMALL_BLOCKS = blocks(GemmTile.SMALL_ROWS);

  private GemmMacroKernel() {}

  /**
   * {@code mc} rows of C times panels {@code from} to {@code to - 1}. Operands come one by one: a
   * record of them was an object for each chunk of a convolution.
   *
   * @param a the rows' first element of the block of K, from {@code aAt}
   * @param b columns of B as they lie in memory, from {@code bAt}; null if all are packed
   * @param c the rows' elements at the first panel, from {@code cAt}
   * @param bPacked panels of B, from {@code bPackedAt}
   * @param done told of each tile; null if nobody is
   */
  static void run(
      boolean transposeA,
      float[] a,
      int aAt,
      int lda,
      float[] b,
      int bAt,
      int ldb,
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
      boolean accumulate,
      TileDone done) {
    int rows = GemmTile.ROWS;
    int aPanel = panelSize(kc);
    if (b == null && !transposeA && !accumulate && mc >= rows && GemmPanelTile.suits(kc)) {
      GemmPanelTile.multiply(
          a, aAt, lda, c, cAt, ldc, mc, nc, kc, from, to, bPacked, bPackedAt, done);
      return;
    }
    int block = kc * (to - from) * GemmTile.COLUMNS <= NEAR ? rows : mc;
    float[] aPacked = Scratch.floats(SLOT_A, ceilDiv(block, rows) * aPanel);
    for (int first = 0; first < mc; first += block) {
      int count = Math.min(block, mc - first);
      int rowsAt = aAt + (transposeA ? first : first * lda);
      packA(transposeA, count, kc, a, rowsAt, lda, aPacked, aPanel);
      panels(
          transposeA,
          aPacked,
          aPanel,
          b,
          bAt,
          ldb,
          c,
          cAt + first * ldc,
          ldc,
          count,
          nc,
          kc,
          from,
          to,
          bPacked,
          bPackedAt,
          accumulate,
          done);
    }
  }

  /** Floats of a packed panel of A. */
  static int panelSize(int kc) {
    return GemmTile.ROWS * ceilDiv(kc, GemmBlockTile.BLOCK) * GemmBlockTile.BLOCK;
  }

  /** Loops 2 and 1 for rows of A that are packed. */
  static void panels(
      boolean transposeA,
      float[] aPacked,
      int aPanel,
      float[] b,
      int bAt,
      int ldb,
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
      boolean accumulate,
      TileDone done) {
    int rows = GemmTile.ROWS;
    for (int panel = from, together; panel < to; panel += together) { // loop 2
      int j = panel * GemmTile.COLUMNS;
      // Packed panels are padded, so that a pair may hang over the last column.
      together = Math.min(b == null ? GemmTile.PANELS : GemmTile.together(panel, nc), to - panel);
      int columns = Math.min(together * GemmTile.COLUMNS, nc - j);
      boolean inPlace = b != null && columns == together * GemmTile.COLUMNS;
      float[] panels = inPlace ? b : bPacked;
      int panelsAt = inPlace ? bAt + j : bPackedAt + panel * kc * GemmTile.COLUMNS;
      int bStep = inPlace ? ldb : GemmTile.COLUMNS;
      int bPanel = inPlace ? GemmTile.COLUMNS : kc * GemmTile.COLUMNS;
      for (int ir = 0; ir < mc; ir += rows) { // loop 1
        int count = Math.min(rows, mc - ir);
        int at = cAt + ir * ldc + j;
        tile(
            transposeA,
            together,
            count,
            columns,
            kc,
            aPacked,
            ir / rows * aPanel,
            panels,
            panelsAt,
            bStep,
            bPanel,
            c,
            at,
            ldc,
            accumulate);
        if (done != null) {
          done.run(count, j, columns, c, at, ldc);
        }
      }
    }
  }

  /** Packs {@code mc} rows of op(A), panels {@code aPanel} apart. */
  static void packA(
      boolean transposeA, int mc, int kc, float[] a, int aAt, int lda, float[] packed, int aPanel) {
    int rows = GemmTile.ROWS;
    for (int ir = 0; ir < mc; ir += rows) {
      int count = Math.min(rows, mc - ir);
      int tileRows = GemmTile.tileRows(count);
      int at = ir / rows * aPanel;
      if (transposeA) {
        GemmPacking.packColumns(count, tileRows, kc, a, aAt + ir, lda, packed, at);
      } else {
        GemmPacking.packRows(count, tileRows, kc, a, aAt + ir * lda, lda, packed, at);
      }
    }
  }

  /** One tile of C; a sum that is added to C, or lies over a border of C, goes through a buffer. */
  private static void tile(
      boolean columnsOfA,
      int panels,
      int count,
      int columns,
      int kc,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      int bStep,
      int bPanel,
      float[] c,
      int cAt,
      int ldc,
      boolean accumulate) {
    int width = panels * GemmTile.COLUMNS;
    if (!accumulate && count == GemmTile.tileRows(count) && columns == width) {
      wholeTile(columnsOfA, panels, count, kc, a, aAt, b, bAt, bStep, bPanel, c, cAt, ldc);
      return;
    }
    float[] buffer = Scratch.floats(SLOT_TILE, GemmTile.ROWS * width);
    wholeTile(columnsOfA, panels, count, kc, a, aAt, b, bAt, bStep, bPanel, buffer, 0, width);
    if (accumulate) {
      GemmTile.add(count, columns, buffer, 0, width, c, cAt, ldc);
    } else {
      GemmTile.copy(count, columns, buffer, 0, width, c, cAt, ldc);
    }
  }

  private static void wholeTile(
      boolean columnsOfA,
      int panels,
      int count,
      int kc,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      int bStep,
      int bPanel,
      float[] c,
      int cAt,
      int ldc) {
    int rows = GemmTile.tileRows(count);
    if (columnsOfA && bStep == GemmTile.COLUMNS && GemmPanelTile.suits(kc)) {
      GemmPanelTile.columns(rows, kc, a, aAt, b, bAt, c, cAt, ldc);
      return;
    }
    if (columnsOfA) {
      GemmTile.run(
          panels, rows, ONE_SEGMENT, kc, kc, a, aAt, rows, b, bAt, bStep, bPanel, c, cAt, ldc);
      return;
    }
    int[] blocks = rows == GemmTile.ROWS ? BLOCKS : SMALL_BLOCKS;
    int computed = count <= GemmBlockTile.FEWEST_ROWS ? GemmBlockTile.FEWEST_ROWS : rows;
    GemmBlockTile.run(
        panels,
        computed,
        blocks,
        GemmBlockTile.BLOCK,
        kc,
        a,
        aAt,
        1,
        b,
        bAt,
        bStep,
        bPanel,
        c,
        cAt,
        ldc);
  }

  /** Where the blocks of K begin in a packed panel of {@code rows} rows. */
  private static int[] blocks(int rows) {
    int[] starts = new int[GemmSimd.KC / GemmBlockTile.BLOCK];
    for (int i = 0; i < starts.length; i++) {
      starts[i] = i * rows * GemmBlockTile.BLOCK;
    }
    return starts;
  }

  private static int ceilDiv(int a, int b) {
    return (a + b - 1) / b;
  }
}
