package org.intraq.tensor.kernel.gemm;

import java.util.Arrays;

/**
 * Copies blocks of A and B into the order in which the register tiles read them.
 *
 * <pre>
 * rows of A     [rows, depth] -> panels of R = tile rows for {@link GemmBlockTile}, in blocks of 16:
 *                                ap[(p / 16 * R + i) * 16 + p % 16]
 * columns of A  [depth, rows] -> panels of R = tile rows for {@link GemmTile}:   ap[p * R + i]
 * B             [depth, cols] -> panels of COLUMNS:     bp[(panel * depth + p) * COLUMNS + j]
 * </pre>
 *
 * Rows and columns beyond the matrix are zeros.
 */
final class GemmPacking {
  private GemmPacking() {}

  /** Packs {@code count} <= rows rows of A, which lie {@code lda} apart. */
  static void packRows(
      int count, int rows, int depth, float[] a, int aAt, int lda, float[] packed, int at) {
    for (int p = 0; p < depth; p += GemmBlockTile.BLOCK) {
      int length = Math.min(GemmBlockTile.BLOCK, depth - p);
      int target = at + p * rows;
      for (int i = 0; i < count; i++) {
        int source = aAt + i * lda + p;
        for (int q = 0; q < length; q++) {
          packed[target + i * GemmBlockTile.BLOCK + q] = a[source + q];
        }
      }
      Arrays.fill(
          packed, target + count * GemmBlockTile.BLOCK, target + rows * GemmBlockTile.BLOCK, 0);
    }
  }

  /**
   * Packs {@code count} <= rows columns of a stored A, whose rows of depth lie {@code lda} apart.
   */
  static void packColumns(
      int count, int rows, int depth, float[] a, int aAt, int lda, float[] packed, int at) {
    for (int p = 0; p < depth; p++) {
      for (int i = 0; i < count; i++) {
        packed[at + p * rows + i] = a[aAt + p * lda + i];
      }
      Arrays.fill(packed, at + p * rows + count, at + (p + 1) * rows, 0);
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
