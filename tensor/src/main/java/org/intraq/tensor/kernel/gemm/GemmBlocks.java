package org.intraq.tensor.kernel.gemm;

/**
 * Products of an A in blocks of {@link GemmBlockTile#BLOCK} terms with packed panels of B, by
 * whichever kernel is the fastest for the sizes; as transformed tiles of Winograd's algorithm come.
 *
 * <pre>
 * a[block][row][16]     b[panel][depth][{@link GemmTile#COLUMNS}]     c[row][column]
 * </pre>
 *
 * <p>Every sum runs over K in the order of K: the same bits whichever kernel it is.
 */
public final class GemmBlocks {
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private static final int PAGE = 1024;

  private GemmBlocks() {}

  /**
   * Floats from one point's array of {@code size} floats to the next: the lines of all points at
   * one place are written or read together, and would share a few sets of the cache if they lay a
   * power of two apart.
   */
  public static int pointStep(int size) {
    return Math.ceilDiv(size, PAGE) * PAGE + 3 * BLOCK;
  }

  /** Where the blocks of A begin: the {@code seg} of {@link #run}. */
  public static int[] segments(int depth, int blockStep) {
    int[] segments = new int[depth / BLOCK];
    for (int i = 0; i < segments.length; i++) {
      segments[i] = i * blockStep;
    }
    return segments;
  }

  /**
   * c = a b for one panel of B, or for two; may read and write up to {@link GemmTile#ROWS} - 1 rows
   * beyond {@code rows}.
   *
   * @param panels 1 or {@link GemmTile#PANELS}, which lie side by side in b and in c
   * @param largeRows {@link GemmTile#largeRows}
   * @param seg {@link #segments}
   * @param blockStep floats from one block of a to the next
   * @param bPanel floats from one panel of b to the next
   */
  public static void run(
      int panels,
      int rows,
      int largeRows,
      int[] seg,
      int blockStep,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      int bPanel,
      float[] c,
      int cBase,
      int ldc) {
    int step = GemmTile.COLUMNS;
    if (rows > 4 && panels > 1) {
      GemmWideBlockRows.run(
          rows, largeRows, seg, depth, a, aBase, 1, b, bBase, step, bPanel, c, cBase, ldc);
      return;
    }
    if (rows > 4 && GemmBlockRows.suits()) {
      GemmBlockRows.run(rows, largeRows, seg, depth, a, aBase, 1, b, bBase, step, c, cBase, ldc);
      return;
    }
    if (rows > 4 && GemmPanelRows.suits(depth)) {
      GemmPanelRows.run(rows, largeRows, blockStep, depth, a, aBase, b, bBase, c, cBase, ldc);
      return;
    }
    for (int t = 0, some; t < rows; t += some) {
      some = t < largeRows ? GemmTile.ROWS : GemmTile.SMALL_ROWS;
      GemmBlockTile.run(
          panels,
          Math.min(some, rows - t),
          seg,
          BLOCK,
          depth,
          a,
          aBase + t * BLOCK,
          1,
          b,
          bBase,
          step,
          bPanel,
          c,
          cBase + t * ldc,
          ldc);
    }
  }
}
