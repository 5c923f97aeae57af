package org.intraq.tensor.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class GemmRowTest {
  /** One image's logits do not depend on how many images are computed together. */
  @ParameterizedTest
  @CsvSource({"1000, 768", "1001, 1280", "17, 513", "16, 3", "5, 7", "1, 1100", "600, 512"})
  void aRowAloneHasTheBitsOfTheRowAmongOthers(int n, int k) {
    int ldb = n + 3;
    float[] a = signed(2 * k + 1, 1);
    float[] b = signed(k * ldb + 2, 2);
    for (float beta : new float[] {0f, 1f}) {
      float[] two = signed(2 * n, 3);
      float[] one = Arrays.copyOf(two, n + 1);
      float untouched = one[n];
      try (Workers workers = new Workers(2)) {
        Gemm gemm = new GemmSimd(workers);
        gemm.gemm(false, false, 2, n, k, 1f, a, 1, k, b, 2, ldb, beta, two, 0, n);
        gemm.gemm(false, false, 1, n, k, 1f, a, 1, k, b, 2, ldb, beta, one, 0, n);
      }
      float[] want = Arrays.copyOf(two, n + 1);
      want[n] = untouched;
      assertArrayEquals(want, one, "beta " + beta);
    }
  }
}
