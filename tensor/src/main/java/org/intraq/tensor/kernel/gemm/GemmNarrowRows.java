package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmPanelTile} for a C of two, three or four vectors of columns. A copy of A would serve
 * one tile or two, and costs as much as they do, so rows of A are read where they lie; and three
 * vectors are one tile of three rows instead of six rows twice, of which the second time half a
 * tile.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
final class GemmNarrowRows {
  private static final int LANES = GemmTile.COLUMNS / 2;

  /** Rows between two calls of {@link TileDone}: their part of C stays in the nearest cache. */
  private static final int TOGETHER = 48;

  private GemmNarrowRows() {}

  /** Whether C has so few columns; K as for {@link GemmPanelTile#suits}. */
  static boolean suits(int columns) {
    return columns == 2 * LANES || columns == 3 * LANES || columns == 4 * LANES;
  }

  /**
   * C = A B for {@code mc} rows, at least {@link GemmTile#ROWS}. Where rows are left over the last
   * tile begins earlier: what is computed twice has the same bits.
   *
   * @param b packed panels: [kc][2 vectors], and another for a third and a fourth
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
      float[] b,
      int bAt,
      TileDone done) {
    int rows = nc == 2 * LANES ? 4 : nc == 3 * LANES ? 3 : 2;
    for (int first = 0; first < mc; first += TOGETHER) {
      int from = Math.min(first, mc - rows);
      int count = Math.min(TOGETHER, mc - from);
      int tiles = count / rows;
      tiles(tiles, nc, kc, a, aAt + from * lda, lda, b, bAt, c, cAt + from * ldc, ldc);
      if (tiles * rows < count) {
        int last = from + count - rows;
        tiles(1, nc, kc, a, aAt + last * lda, lda, b, bAt, c, cAt + last * ldc, ldc);
      }
      if (done != null) {
        done.run(count, 0, nc, c, cAt + from * ldc, ldc);
      }
    }
  }

  private static void tiles(
      int tiles,
      int columns,
      int depth,
      float[] a,
      int aAt,
      int lda,
      float[] b,
      int bAt,
      float[] c,
      int cAt,
      int ldc) {
    int panel = depth * GemmTile.COLUMNS;
    if (columns == 2 * LANES) {
      GemmNarrowRowsKernels.tiles4x2(tiles, depth, a, aAt, lda, b, bAt, c, cAt, ldc);
    } else if (columns == 3 * LANES) {
      GemmNarrowRowsKernels.tiles3x3(tiles, depth, a, aAt, lda, b, bAt, panel, c, cAt, ldc);
    } else {
      GemmNarrowRowsKernels.tiles2x4(tiles, depth, a, aAt, lda, b, bAt, panel, c, cAt, ldc);
    }
  }
}
