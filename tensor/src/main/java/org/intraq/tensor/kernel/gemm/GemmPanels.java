package org.intraq.tensor.kernel.gemm;

/**
 * C = A op(B) for a B that is packed once, computed by blocks of rows on the calling thread.
 *
 * <p>For callers that have more to do with a block of rows of A or C while it is in the cache. Sums
 * run over K exactly as in {@link GemmSimd}: the results are the same bits.
 *
 * <pre>
 * packed:   [block of KC][panel of 16 columns][p][column]
 * </pre>
 */
public final class GemmPanels {
  private GemmPanels() {}

  /** Floats of a packed B [k, n]. */
  public static int size(int n, int k) {
    return panels(n) * k * GemmTile.COLUMNS;
  }

  /** Panels of B: what {@link #pack} is called for, one by one. */
  public static int panels(int n) {
    return (n + GemmTile.COLUMNS - 1) / GemmTile.COLUMNS;
  }

  /** Packs one panel of op(B): b [k, n], or [n, k] if {@code transposed}. */
  public static void pack(
      boolean transposed, int n, int k, int panel, float[] b, int bAt, int ldb, float[] packed) {
    int j = panel * GemmTile.COLUMNS;
    int count = Math.min(GemmTile.COLUMNS, n - j);
    for (int pc = 0; pc < k; pc += GemmSimd.KC) {
      int kc = Math.min(GemmSimd.KC, k - pc);
      int from = bAt + (transposed ? j * ldb + pc : pc * ldb + j);
      int at = (panels(n) * pc + panel * kc) * GemmTile.COLUMNS;
      GemmPacking.packB(transposed, count, kc, 1f, b, from, ldb, packed, at);
    }
  }

  /** C [m, n] = A [m, k] B. */
  public static void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      int lda,
      float[] packed,
      float[] c,
      int cAt,
      int ldc) {
    multiply(m, n, k, a, aAt, lda, packed, c, cAt, ldc, null);
  }

  /** The same; {@code done}, where it is not null, is told of each tile of C. */
  public static void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      int lda,
      float[] packed,
      float[] c,
      int cAt,
      int ldc,
      TileDone done) {
    multiply(m, n, k, a, aAt, lda, packed, 0, panels(n), c, cAt, ldc, done);
  }

  /** The columns of panels [from, to) alone; {@code cAt} is that of column 0. */
  public static void multiply(
      int m,
      int n,
      int k,
      float[] a,
      int aAt,
      int lda,
      float[] packed,
      int from,
      int to,
      float[] c,
      int cAt,
      int ldc,
      TileDone done) {
    for (int pc = 0; pc < k; pc += GemmSimd.KC) {
      int kc = Math.min(GemmSimd.KC, k - pc);
      int at = panels(n) * pc * GemmTile.COLUMNS;
      TileDone last = pc + kc == k ? done : null;
      GemmMacroKernel.run(
          false, a, aAt + pc, lda, null, 0, n, c, cAt, ldc, m, n, kc, from, to, packed, at, pc > 0,
          last);
    }
  }
}
