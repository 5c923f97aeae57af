package org.intraq.tensor.kernel.gemm;

/**
 * {@link GemmTile} with vectors of 512 bits: a panel of B is one vector, two panels side by side
 * are the two columns of vectors.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits. Behind the
 * loop each is added to -0, which changes none, but ends the life of the sum inside: without it the
 * square product falls from 97 to 90 GFLOP/s ({@code package-info}). It is {@code none} that is
 * asked to add: its class is known after the first time, and a sum's would be checked each time.
 */
final class GemmWideTile {
  private GemmWideTile() {}

  /** As GemmTile's, for two panels of B that lie {@code bPanel} floats apart. */
  static void pair(
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
    if (rows > GemmTile.SMALL_ROWS) {
      GemmWideTileKernels.pair12(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, c, cAt, ldc);
    } else {
      GemmWideTileKernels.pair8(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, c, cAt, ldc);
    }
  }

  /** As GemmTile's, for one panel of B. */
  static void single(
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
    if (rows > GemmTile.SMALL_ROWS) {
      GemmWideTileKernels.single12(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else {
      GemmWideTileKernels.single8(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    }
  }
}
