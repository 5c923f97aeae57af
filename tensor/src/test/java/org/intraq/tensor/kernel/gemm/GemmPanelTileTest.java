package org.intraq.tensor.kernel.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tiles side by side form every sum as a plain loop over a block of K does, and who is told of rows
 * finds them with their sums, freshly written where they were told of before: the same bits.
 */
@Tag("kernel")
class GemmPanelTileTest {
  private static final float UNTOUCHED = -12345f;

  @ParameterizedTest
  @CsvSource({
    "6, 16, 2",
    "6, 8, 16",
    "7, 24, 18",
    "11, 30, 32",
    "12, 40, 24",
    "13, 96, 16",
    "49, 33, 512",
    "6, 17, 15",
    "5, 16, 16",
    "3, 8, 2",
    "100, 700, 100",
    "6, 16, 4",
    "47, 24, 36",
    "49, 24, 8",
    "101, 16, 100",
    "98, 24, 516",
    "55, 12, 40",
    "57, 32, 12",
    "49, 16, 8",
    "51, 16, 12",
    "50, 24, 8",
    "49, 32, 8",
    "49, 8, 8",
    "49, 12, 8",
    "97, 32, 516",
    "7, 16, 8",
    "103, 8, 20"
  })
  void productsOfPackedPanels(int m, int n, int k) {
    Random random = new Random(31L * m + n);
    float[] a = values(random, 3 + m * (k + 5));
    float[] b = values(random, k * n);
    float[] packed = new float[GemmPanels.size(n, k)];
    for (int panel = 0; panel < GemmPanels.panels(n); panel++) {
      GemmPanels.pack(false, n, k, panel, b, 0, n, packed);
    }
    int ldc = n + 3;
    float[] c = new float[2 + m * ldc + 4];
    Arrays.fill(c, UNTOUCHED);
    TileDone twice = (rows, column, columns, d, at, ld) -> addToItself(rows, columns, d, at, ld);
    GemmPanels.multiply(m, n, k, a, 3, k + 5, packed, c, 2, ldc, twice);
    for (int at = 0; at < c.length; at++) {
      int i = Math.floorDiv(at - 2, ldc);
      int j = at - 2 - i * ldc;
      float expected = UNTOUCHED;
      if (i >= 0 && i < m && j < n) {
        expected = 0;
        float block = 0;
        for (int p = 0; p < k; p++) {
          if (p % GemmSimd.KC == 0) {
            block += expected;
            expected = 0;
          }
          expected = Math.fma(a[3 + i * (k + 5) + p], b[p * n + j], expected);
        }
        expected = 2 * (block + expected);
      }
      assertEquals(expected, c[at], "element " + i + ", " + j);
    }
  }

  /** Rows of blocks of 16 terms below each other, in one call: the same bits, no column beyond. */
  @ParameterizedTest
  @CsvSource({"5, 16", "6, 32", "13, 16", "64, 48", "97, 64", "12, 144"})
  void rowsOfBlocksByOnePanel(int rows, int k) {
    Random random = new Random(17L * rows + k);
    int block = GemmBlockTile.BLOCK;
    int computed = rows + GemmTile.ROWS;
    int[] segments = new int[k / block];
    Arrays.setAll(segments, t -> t * computed * block);
    float[] a = values(random, 7 + k * computed);
    float[] b = values(random, 5 + k * GemmTile.COLUMNS);
    int ldc = GemmTile.COLUMNS + 8;
    float[] c = new float[3 + computed * ldc];
    Arrays.fill(c, UNTOUCHED);
    int large = GemmTile.largeRows(rows);
    int columns = GemmTile.COLUMNS;
    if (GemmPanelRows.suits(k)) {
      GemmPanelRows.run(rows, large, computed * block, k, a, 7, b, 5, c, 3, ldc);
    } else {
      GemmBlockRows.run(rows, large, segments, k, a, 7, 1, b, 5, columns, c, 3, ldc);
    }
    for (int at = 0; at < 3 + rows * ldc; at++) {
      int i = Math.floorDiv(at - 3, ldc);
      int j = at - 3 - i * ldc;
      float expected = UNTOUCHED;
      if (i >= 0 && j < GemmTile.COLUMNS) {
        expected = 0;
        for (int p = 0; p < k; p++) {
          float x = a[7 + segments[p / block] + i * block + p % block];
          expected = Math.fma(x, b[5 + p * GemmTile.COLUMNS + j], expected);
        }
      }
      assertEquals(expected, c[at], "element " + i + ", " + j);
    }
  }

  /** What a tile's rows become once told of; those computed anew are told of anew. */
  private static void addToItself(int rows, int columns, float[] c, int cAt, int ldc) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        c[cAt + i * ldc + j] *= 2;
      }
    }
  }

  private static float[] values(Random random, int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = random.nextFloat() * 2 - 1;
    }
    return values;
  }
}
