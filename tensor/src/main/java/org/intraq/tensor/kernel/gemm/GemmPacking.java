package org.intraq.tensor.kernel.gemm;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

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
 * Rows and columns beyond the matrix are zeros. {@code check} before a store is there for the
 * compiler ({@code package-info}).
 */
final class GemmPacking {
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.length() <= GemmTile.COLUMNS
          ? FloatVector.SPECIES_PREFERRED
          : GemmTile.SPECIES;

  private static final int LANES = SPECIES.length();

  private GemmPacking() {}

  /**
   * Packs {@code count} <= rows rows of A, which lie {@code lda} apart; row by row, because rows a
   * power of two apart share one set of the cache and one stream is what the processor fetches
   * ahead.
   */
  static void packRows(
      int count, int rows, int depth, float[] a, int aAt, int lda, float[] packed, int at) {
    int whole = depth - depth % BLOCK;
    for (int i = 0; i < count; i++) {
      int source = aAt + i * lda;
      int target = at + i * BLOCK;
      for (int p = 0; p < whole; p += BLOCK) {
        for (int v = 0; v < BLOCK; v += LANES) {
          FloatVector x = FloatVector.fromArray(SPECIES, a, source + p + v);
          x.check(SPECIES);
          x.intoArray(packed, target + p * rows + v);
        }
      }
      for (int p = whole; p < depth; p++) {
        packed[target + whole * rows + p - whole] = a[source + p];
      }
    }
    for (int p = 0; p < depth && count < rows; p += BLOCK) {
      int block = at + p * rows;
      Arrays.fill(packed, block + count * BLOCK, block + rows * BLOCK, 0);
    }
  }

  /**
   * {@link #packRows} of a whole tile of six rows, together: where K is short, loops of each row
   * cost more than its copy.
   */
  static void packTile(int depth, float[] a, int aAt, int lda, float[] packed, int at) {
    int p = 0;
    int two = aAt + 2 * lda;
    int four = aAt + 4 * lda;
    for (; p + LANES <= depth; p += LANES) {
      int target = at + p / BLOCK * (6 * BLOCK) + p % BLOCK;
      FloatVector x0 = FloatVector.fromArray(SPECIES, a, aAt + p);
      FloatVector x1 = FloatVector.fromArray(SPECIES, a, aAt + lda + p);
      FloatVector x2 = FloatVector.fromArray(SPECIES, a, two + p);
      FloatVector x3 = FloatVector.fromArray(SPECIES, a, two + lda + p);
      FloatVector x4 = FloatVector.fromArray(SPECIES, a, four + p);
      FloatVector x5 = FloatVector.fromArray(SPECIES, a, four + lda + p);
      x0.intoArray(packed, target);
      x1.intoArray(packed, target + BLOCK);
      x2.intoArray(packed, target + 2 * BLOCK);
      x3.intoArray(packed, target + 3 * BLOCK);
      x4.intoArray(packed, target + 4 * BLOCK);
      x5.intoArray(packed, target + 5 * BLOCK);
    }
    for (; p < depth; p++) {
      int target = at + p / BLOCK * (6 * BLOCK) + p % BLOCK;
      for (int i = 0; i < 6; i++) {
        packed[target + i * BLOCK] = a[aAt + i * lda + p];
      }
    }
  }

  /**
   * Packs {@code count} <= rows columns of a stored A, whose rows of depth lie {@code lda} apart.
   */
  static void packColumns(
      int count, int rows, int depth, float[] a, int aAt, int lda, float[] packed, int at) {
    int p = 0;
    if (count == rows && rows <= LANES && LANES <= 2 * rows) {
      // A vector reaches into the next step's place, which the next step then overwrites.
      for (; p < depth - 1; p++) {
        FloatVector x = FloatVector.fromArray(SPECIES, a, aAt + p * lda);
        x.check(SPECIES);
        x.intoArray(packed, at + p * rows);
      }
    }
    for (; p < depth; p++) {
      for (int i = 0; i < count; i++) {
        packed[at + p * rows + i] = a[aAt + p * lda + i];
      }
      Arrays.fill(packed, at + p * rows + count, at + (p + 1) * rows, 0);
    }
  }

  /**
   * Packs alpha times {@code panels} whole panels of a B that is not transposed, side by side: a
   * row of one panel alone is a single cache line, and the next one is on another page.
   */
  static void packRowsOfB(
      int panels, int depth, float alpha, float[] b, int bAt, int ldb, float[] packed, int at) {
    int columns = GemmTile.COLUMNS;
    for (int p = 0; p < depth; p++) {
      for (int panel = 0; panel < panels; panel++) {
        int source = bAt + p * ldb + panel * columns;
        int target = at + (panel * depth + p) * columns;
        for (int v = 0; v < columns; v += LANES) {
          FloatVector x = FloatVector.fromArray(SPECIES, b, source + v);
          x.check(SPECIES);
          x.mul(alpha).intoArray(packed, target + v);
        }
      }
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
