package org.intraq.tensor.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class GemmGramTest {
  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "5, 7, 3",
    "12, 32, 512",
    "13, 33, 768",
    "24, 64, 767",
    "37, 101, 1100",
    "96, 140, 90"
  })
  void isTheProductOfTheTransposed(int m, int n, int k) {
    float[] a = signed(k * (m + 2) + 1, 1);
    float[] b = signed(k * (n + 3) + 2, 2);
    float[] scale = reference(m, n, k, absolute(a), absolute(b));
    assertWithin("gram", reference(m, n, k, a, b), gram(m, n, k, a, b), k, scale);
    a = wholes(a.length, 3);
    b = wholes(b.length, 4);
    assertArrayEquals(reference(m, n, k, a, b), gram(m, n, k, a, b));
  }

  /** C without its border, which must be untouched. */
  private static float[] gram(int m, int n, int k, float[] a, float[] b) {
    int ldc = n + 1;
    float[] c = new float[m * ldc + 4];
    Arrays.fill(c, Float.NaN);
    GemmGram.multiply(m, n, k, a, 1, m + 2, b, 2, n + 3, c, 3, ldc);
    float[] inside = new float[m * n];
    for (int i = 0; i < m; i++) {
      System.arraycopy(c, 3 + i * ldc, inside, i * n, n);
      Arrays.fill(c, 3 + i * ldc, 3 + i * ldc + n, Float.NaN);
    }
    float[] untouched = new float[c.length];
    Arrays.fill(untouched, Float.NaN);
    assertArrayEquals(untouched, c);
    return inside;
  }

  private static float[] reference(int m, int n, int k, float[] a, float[] b) {
    float[] c = new float[m * n];
    new GemmReference().gemm(true, false, m, n, k, 1, a, 1, m + 2, b, 2, n + 3, 0, c, 0, n);
    return c;
  }
}
