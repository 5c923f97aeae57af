package org.intraq.tensor.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class TileWidthTest {
  @Test
  void twoUnitsByTheProcessorsName() {
    assertTrue(twoUnits("GenuineIntel", "6", "Intel(R) Xeon(R) Platinum 8488C"));
    assertFalse(twoUnits("GenuineIntel", "6", "11th Gen Intel(R) Core(TM) i7-1165G7"));
    assertTrue(twoUnits("AuthenticAMD", "26", "AMD EPYC 9755"));
    assertFalse(twoUnits("AuthenticAMD", "25", "AMD EPYC 9654"));
    assertFalse(TileWidth.twoUnits(List.of()));
    assertFalse(TileWidth.twoUnits(List.of("cpu family : none", "nonsense")));
  }

  private static boolean twoUnits(String vendor, String family, String name) {
    return TileWidth.twoUnits(
        List.of(
            "processor\t: 0",
            "vendor_id\t: " + vendor,
            "cpu family\t: " + family,
            "model name\t: " + name));
  }

  /** Two panels together against each of them alone: other tiles, perhaps other vectors. */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 8, 9, 14, 15, 40})
  void panelsGiveTheSameBitsTogetherAndAlone(int m) {
    int columns = GemmTile.COLUMNS;
    int n = 5 * columns;
    int k = 530;
    float[] b = signed(k * n, 2);
    try (Workers workers = new Workers(1)) {
      Gemm gemm = new GemmSimd(workers);
      for (boolean transposed : new boolean[] {false, true}) {
        float[] a = signed(m * k, 1);
        int lda = transposed ? m : k;
        float[] c = signed(m * n, 3);
        float[] alone = c.clone();
        gemm.gemm(transposed, false, m, n, k, 1, a, 0, lda, b, 0, n, 1, c, 0, n);
        for (int j = 0; j < n; j += columns) {
          gemm.gemm(transposed, false, m, columns, k, 1, a, 0, lda, b, j, n, 1, alone, j, n);
        }
        for (int i = 0; i < c.length; i++) {
          assertEquals(Float.floatToRawIntBits(alone[i]), Float.floatToRawIntBits(c[i]), "at " + i);
        }
      }
    }
  }
}
