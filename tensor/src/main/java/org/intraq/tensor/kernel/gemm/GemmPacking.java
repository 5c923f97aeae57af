package org.intraq.tensor.kernel.gemm;

/**
 * Copies blocks of A and B into the order in which {@link GemmTile} reads them.
 *
 * <pre>
 * A block [rows, depth]  -> panels of R = tile rows:    panel, then p, then i   ap[(panel * depth + p) * R + i]
 * B block [depth, cols]  -> panels of COLUMNS:          panel, then p, then j   bp[(panel * depth + p) * COLUMNS + j]
 * </pre>
 *
 * Rows and columns beyond the matrix are zeros.
 */
final class GemmPacking {
  private GemmPacking() {}

  /** Packs {@code count} <= rows rows of op(A), from row 0 and depth 0 at {@code aAt}. */
  static void packA(
      boolean transposed,
      int count,
      int rows,
      int depth,
      float[] a,
      int aAt,
      int lda,
      float[] packed,
      int at) {
    for (int i = 0; i < rows; i++) {
      if (i >= count) {
        zeroColumn(depth, packed, at + i, rows);
      } else if (!transposed) {
        copyColumn(depth, a, aAt + i * lda, packed, at + i, rows);
      }
    }
    if (transposed) {
      for (int p = 0; p < depth; p++) {
        for (int i = 0; i < count; i++) {
          packed[at + p * rows + i] = a[aAt + p * lda + i];
        }
      }
    }
  }

  private static void copyColumn(
      int depth, float[] a, int aAt, float[] packed, int at, int stride) {
    for (int p = 0; p < depth; p++) {
      packed[at + p * stride] = a[aAt + p];
    }
  }

  private static void zeroColumn(int depth, float[] packed, int at, int stride) {
    for (int p = 0; p < depth; p++) {
      packed[at + p * stride] = 0;
    }
  }

  /** Packs alpha times {@code count} <= COLUMNS columns of op(B), from column 0 at {@code bAt}. */
  static void packB(
      boolean transposed,
      int count,
      int depth,
      float alpha,
      float[] b,
      int bAt,
      int ldb,
      float[] packed,
      int at) {
    int columns = GemmTile.COLUMNS;
    if (transposed) {
      for (int j = 0; j < count; j++) {
        for (int p = 0; p < depth; p++) {
          packed[at + p * columns + j] = alpha * b[bAt + j * ldb + p];
        }
      }
    } else {
      for (int p = 0; p < depth; p++) {
        for (int j = 0; j < count; j++) {
          packed[at + p * columns + j] = alpha * b[bAt + p * ldb + j];
        }
      }
    }
    for (int j = count; j < columns; j++) {
      zeroColumn(depth, packed, at + j, columns);
    }
  }
}
