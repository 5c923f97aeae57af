package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmTile} for an A whose rows lie {@link #BLOCK} floats apart.
 *
 * <pre>
 * c[i, j] = sum over p &lt; depth, with t = p / segLen, of
 *     a[aBase + seg[t] + (p % segLen) * aStep + i * BLOCK] * b[bBase + p * bStep + j]
 * </pre>
 *
 * <p>Blocks of 16 neighbouring elements of K are how channels-last rows come: copying them needs no
 * transposition, and a step of one within a block reads each cache line of A sixteen times.
 */
public final class GemmBlockTile {
  /** Distance of A's rows, and length of a block of K. */
  public static final int BLOCK = 16;

  /** Asked for so many rows, pairs of panels take a tile of four; single ones their small tile. */
  static final int FEWEST_ROWS = 4;

  private GemmBlockTile() {}

  /**
   * {@link #run} for {@code panels} panels of B, 1 or {@link GemmTile#PANELS}, that lie {@code
   * bPanel} floats apart.
   */
  public static void run(
      int panels,
      int rows,
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      int bPanel,
      float[] c,
      int cAt,
      int ldc) {
    if (panels == 1) {
      run(rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else {
      GemmWideBlockTile.pair(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, c, cAt, ldc);
    }
  }

  /**
   * Runs the smallest tile that has at least {@code rows} rows, at most {@link GemmTile#ROWS}; the
   * tile reads and writes all of its own rows.
   *
   * @param segLen {@link #BLOCK}, and {@code aStep} 1: parameters because of what the compiler does
   *     with constants
   */
  public static void run(
      int rows,
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] c,
      int cAt,
      int ldc) {
    if (TileWidth.SINGLES) {
      GemmWideBlockTile.single(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else if (GemmTile.MANY_REGISTERS) {
      if (rows > 8) {
        GemmBlockTileKernels.tile12x2(
            seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
      } else {
        GemmBlockTileKernels.tile8x2(
            seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
      }
    } else if (bStep == GemmTile.COLUMNS && GemmPanelTile.suits(depth)) {
      GemmPanelTile.run(rows, seg, depth, a, aBase, b, bBase, c, cAt, ldc);
    } else if (rows > 4) {
      GemmBlockTileKernels.tile6x2(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else {
      GemmBlockTileKernels.tile4x2(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    }
  }
}
