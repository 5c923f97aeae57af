package org.intraq.tensor.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertNotDegenerate;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.intraq.tensor.testing.OnnxModelBuilder;
import org.intraq.tensor.testing.OnnxRuntime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class GemmContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final Gemm REFERENCE = new GemmReference();
  private static final boolean[] FLAGS = {false, true};

  static List<Gemm> implementations() {
    return List.of(REFERENCE, new GemmSimd(WORKERS));
  }

  /** A product with dense operands; C starts as a copy of {@code c}. */
  private static float[] multiply(
      Gemm gemm,
      boolean ta,
      boolean tb,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      float[] b,
      float beta,
      float[] c) {
    float[] result = c.clone();
    gemm.gemm(ta, tb, m, n, k, alpha, a, 0, ta ? m : k, b, 0, tb ? k : n, beta, result, 0, n);
    return result;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(Gemm gemm) {
    float[] a = {1, -2, 3, 4, 5, -6}; // [2, 3]
    float[] b = {7, 8, -9, 10, 11, 12}; // [3, 2]
    float[] c = {1, 2, 3, 4};
    // A B = [7 + 18 + 33, 8 - 20 + 36] = [58, 24]; [28 - 45 - 66, 32 + 50 - 72] = [-83, 10]
    float[] expected = {2 * 58 - 1, 2 * 24 - 2, 2 * -83 - 3, 2 * 10 - 4};
    assertArrayEquals(expected, multiply(gemm, false, false, 2, 2, 3, 2, a, b, -1, c));
    float[] aT = {1, 4, -2, 5, 3, -6};
    float[] bT = {7, -9, 11, 8, 10, 12};
    assertArrayEquals(expected, multiply(gemm, true, false, 2, 2, 3, 2, aT, b, -1, c));
    assertArrayEquals(expected, multiply(gemm, false, true, 2, 2, 3, 2, a, bT, -1, c));
    assertArrayEquals(expected, multiply(gemm, true, true, 2, 2, 3, 2, aT, bT, -1, c));
  }

  static List<int[]> sizes() {
    int r = GemmTile.ROWS;
    int s = GemmTile.SMALL_ROWS;
    int q = GemmTile.COLUMNS;
    int[][] borders = {
      {0, 3, 4},
      {3, 0, 4},
      {3, 4, 0},
      {1, 1, 1},
      {r - 1, q - 1, 7},
      {r, q, 8},
      {r + 1, q + 1, 9},
      {s - 1, q, 3},
      {s, 2 * q, 5},
      {s + 1, q - 1, 1},
      {2 * r, 2 * q, 255},
      {2 * r + 1, 1, 256},
      {1, 2 * q + 1, 257},
      {3 * r + s, 3 * q, 31},
      {13, 17, 19},
      {127, 61, 37},
      {151, 83, 263},
      {3, 2053, 11},
      {1, 1000, 64},
      {256, 10, 64},
      {64, 10, 256},
      {98, 128, 64},
      {10 * r + 1, 9, 6}
    };
    return List.of(borders);
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void smallWholeNumbersAreExactInAllTransposeCases(int[] size) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    float[] a = wholes(m * k, 1);
    float[] b = wholes(k * n, 2);
    float[] c = wholes(m * n, 3);
    Gemm simd = new GemmSimd(WORKERS);
    for (boolean ta : FLAGS) {
      for (boolean tb : FLAGS) {
        for (float[] scales : new float[][] {{1, 0}, {1, 1}, {-2, 3}, {0, 2}, {2, 0}}) {
          float[] expected = multiply(REFERENCE, ta, tb, m, n, k, scales[0], a, b, scales[1], c);
          float[] actual = multiply(simd, ta, tb, m, n, k, scales[0], a, b, scales[1], c);
          assertArrayEquals(expected, actual, m + "x" + n + "x" + k + " " + ta + " " + tb);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void signedInputsStayWithinTheBound(int[] size) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    float[] a = signed(m * k, 4);
    float[] b = signed(k * n, 5);
    float[] c = signed(m * n, 6);
    if (m * k > 8 && k * n > 8) {
      assertNotDegenerate(a);
      assertNotDegenerate(b);
    }
    float alpha = 1.7f;
    float beta = -0.3f;
    float[] scale =
        multiply(
            REFERENCE, false, false, m, n, k, alpha, absolute(a), absolute(b), -beta, absolute(c));
    float[] expected = multiply(REFERENCE, false, false, m, n, k, alpha, a, b, beta, c);
    float[] actual = multiply(new GemmSimd(WORKERS), false, false, m, n, k, alpha, a, b, beta, c);
    assertWithin("gemm", expected, actual, k, scale);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void offsetsAndLeadingDimensionsLeaveTheRestAlone(Gemm gemm) {
    int m = GemmTile.ROWS + 1;
    int n = GemmTile.COLUMNS + 1;
    int k = 5;
    for (boolean ta : FLAGS) {
      for (boolean tb : FLAGS) {
        float[] a = wholes(m * k, 7);
        float[] b = wholes(k * n, 8);
        float[] expected = multiply(REFERENCE, ta, tb, m, n, k, 1, a, b, 0, new float[m * n]);
        int aColumns = ta ? m : k;
        int bColumns = tb ? k : n;
        float[] aWide = spread(a, aColumns, aColumns + 3, 2);
        float[] bWide = spread(b, bColumns, bColumns + 1, 4);
        float[] cWide = spread(nans(m * n), n, n + 2, 6);
        gemm.gemm(
            ta, tb, m, n, k, 1, aWide, 2, aColumns + 3, bWide, 4, bColumns + 1, 0, cWide, 6, n + 2);
        assertArrayEquals(spread(expected, n, n + 2, 6), cWide);
      }
    }
  }

  /** Rows of {@code columns} apart by {@code leading}, from {@code offset} on, among NaNs. */
  private static float[] spread(float[] dense, int columns, int leading, int offset) {
    int rows = dense.length / columns;
    float[] wide = nans(offset + rows * leading);
    for (int i = 0; i < rows; i++) {
      System.arraycopy(dense, i * columns, wide, offset + i * leading, columns);
    }
    return wide;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void betaZeroAndAlphaZeroDoNotRead(Gemm gemm) {
    int m = 9;
    int n = 20;
    int k = 300;
    float[] a = wholes(m * k, 9);
    float[] b = wholes(k * n, 10);
    float[] clean = multiply(gemm, false, false, m, n, k, 1, a, b, 0, new float[m * n]);
    assertArrayEquals(clean, multiply(gemm, false, false, m, n, k, 1, a, b, 0, nans(m * n)));
    float[] c = wholes(m * n, 11);
    assertArrayEquals(c, multiply(gemm, false, false, m, n, k, 0, nans(m * k), nans(k * n), 1, c));
    assertArrayEquals(new float[m * n], multiply(gemm, false, false, m, n, 0, 1, a, b, 0, c));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void nanAndInfinityPropagate(Gemm gemm) {
    int n = 40;
    float[] a = wholes(n * n, 12);
    float[] b = wholes(n * n, 13);
    a[3 * n + 2] = Float.NaN;
    b[7 * n + 5] = Float.POSITIVE_INFINITY;
    a[11 * n + 7] = 1;
    a[12 * n + 7] = 0;
    float[] c = multiply(gemm, false, false, n, n, n, 1, a, b, 0, new float[n * n]);
    for (int j = 0; j < n; j++) {
      assertTrue(Float.isNaN(c[3 * n + j]));
    }
    assertEquals(Float.POSITIVE_INFINITY, c[11 * n + 5]);
    assertTrue(Float.isNaN(c[12 * n + 5]), "0 * infinity");
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void timesTheIdentityIsItself(Gemm gemm) {
    int n = 70;
    float[] a = signed(n * n, 14);
    float[] identity = new float[n * n];
    for (int i = 0; i < n; i++) {
      identity[i * n + i] = 1;
    }
    assertArrayEquals(a, multiply(gemm, false, false, n, n, n, 1, a, identity, 0, nans(n * n)));
    assertArrayEquals(a, multiply(gemm, false, true, n, n, n, 1, identity, transpose(a, n), 0, a));
  }

  private static float[] transpose(float[] a, int n) {
    float[] result = new float[n * n];
    for (int i = 0; i < n * n; i++) {
      result[i % n * n + i / n] = a[i];
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("sizes")
  void theSameBitsForAnyNumberOfThreads(int[] size) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    float[] a = signed(m * k, 15);
    float[] b = signed(k * n, 16);
    float[] c = signed(m * n, 17);
    List<float[]> results = new ArrayList<>();
    for (int threads = 1; threads <= 3; threads++) {
      try (Workers workers = new Workers(threads)) {
        results.add(multiply(new GemmSimd(workers), true, false, m, n, k, 1, a, b, 1, c));
      }
    }
    assertArrayEquals(results.get(0), results.get(1));
    assertArrayEquals(results.get(0), results.get(2));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void namesWhatDoesNotFit(Gemm gemm) {
    float[] x = new float[12];
    assertThrows(
        IllegalArgumentException.class,
        () -> gemm.gemm(false, false, 3, 4, -1, 1, x, 0, 4, x, 0, 4, 0, x, 0, 4));
    Exception leading =
        assertThrows(
            IllegalArgumentException.class,
            () -> gemm.gemm(false, false, 3, 2, 4, 1, x, 0, 3, x, 0, 2, 0, x, 0, 2));
    assertTrue(leading.getMessage().contains("leading dimension of A"), leading.getMessage());
    Exception bounds =
        assertThrows(
            IndexOutOfBoundsException.class,
            () -> gemm.gemm(false, false, 3, 4, 4, 1, x, 0, 4, x, 0, 4, 0, x, 0, 4));
    assertTrue(bounds.getMessage().contains("B [4, 4]"), bounds.getMessage());
  }

  @Property(tries = 60)
  void agreesWithOnnxRuntime(
      @ForAll @IntRange(min = 1, max = 70) int m,
      @ForAll @IntRange(min = 1, max = 70) int n,
      @ForAll @IntRange(min = 1, max = 300) int k,
      @ForAll boolean ta,
      @ForAll boolean tb) {
    float[] a = signed(m * k, m);
    float[] b = signed(k * n, n + 1L);
    float[] c = signed(m * n, k + 2L);
    byte[] model =
        new OnnxModelBuilder("Gemm", 13)
            .input("a", ta ? k : m, ta ? m : k)
            .input("b", tb ? n : k, tb ? k : n)
            .input("c", m, n)
            .output("y")
            .integer("transA", ta ? 1 : 0)
            .integer("transB", tb ? 1 : 0)
            .real("alpha", 0.5f)
            .real("beta", 2f)
            .bytes();
    float[] expected =
        OnnxRuntime.run(
            model,
            new OnnxRuntime.Input("a", a, ta ? k : m, ta ? m : k),
            new OnnxRuntime.Input("b", b, tb ? n : k, tb ? k : n),
            new OnnxRuntime.Input("c", c, m, n));
    float[] scale =
        multiply(REFERENCE, ta, tb, m, n, k, 0.5f, absolute(a), absolute(b), 2f, absolute(c));
    float[] actual = multiply(new GemmSimd(WORKERS), ta, tb, m, n, k, 0.5f, a, b, 2f, c);
    // Both sides round: twice the bound of one.
    assertWithin("onnx gemm", expected, actual, 2 * k + 3, scale);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void readsNothingOutsideItsMatrices(Gemm gemm) {
    int m = 5;
    int n = 21;
    int k = 9;
    float[] a = wholes(m * k, 18);
    float[] b = wholes(k * n, 19);
    float[] c = inNaNs(nans(m * n), 8);
    gemm.gemm(false, false, m, n, k, 1, inNaNs(a, 8), 8, k, inNaNs(b, 8), 8, n, 0, c, 8, n);
    float[] expected = multiply(REFERENCE, false, false, m, n, k, 1, a, b, 0, new float[m * n]);
    assertArrayEquals(inNaNs(expected, 8), c);
  }
}
