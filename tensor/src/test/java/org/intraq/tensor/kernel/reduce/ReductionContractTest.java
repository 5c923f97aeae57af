package org.intraq.tensor.kernel.reduce;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.unframed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class ReductionContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final Reduction REFERENCE = new ReductionReference();
  private static final Reduction SIMD = new ReductionSimd(WORKERS);
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int MARGIN = 3;

  static List<Reduction> implementations() {
    return List.of(REFERENCE, SIMD);
  }

  private static float[] columns(Reduction kernel, int m, int c, float[] x) {
    float[] y = inNaNs(nans(c), MARGIN);
    kernel.columnSums(m, c, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
    return unframed(y, MARGIN);
  }

  private static float[] rows(Reduction kernel, int m, int c, float[] x) {
    float[] y = inNaNs(nans(m), MARGIN);
    kernel.rowSums(m, c, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
    return unframed(y, MARGIN);
  }

  private static float[] range(Reduction kernel, float[] x) {
    float[] y = inNaNs(nans(2), MARGIN);
    kernel.minMax(x.length, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
    return unframed(y, MARGIN);
  }

  private static float[] ranges(Reduction kernel, int m, int c, float[] x) {
    float[] y = inNaNs(nans(2 * c), MARGIN);
    kernel.minMaxChannels(m, c, inNaNs(x, MARGIN), MARGIN, y, MARGIN);
    return unframed(y, MARGIN);
  }

  private static int[] winners(Reduction kernel, int m, int c, float[] x) {
    int[] y = new int[m + 1];
    y[m] = -7;
    kernel.argMaxRows(m, c, inNaNs(x, MARGIN), MARGIN, y, 0);
    assertEquals(-7, y[m]);
    return y;
  }

  /** Either zero first, alone or among others, in vectors and behind them. */
  @ParameterizedTest
  @MethodSource("implementations")
  void anExtremumOfZeroIsPositive(Reduction kernel) {
    int zero = Float.floatToRawIntBits(0f);
    for (int n : new int[] {1, 2, 7, 64, 131}) {
      for (int at = 0; at < n; at++) {
        float[] x = new float[n];
        x[at] = -0f;
        float[] y = range(kernel, x);
        float[] all = ranges(kernel, n, 1, x);
        for (float found : new float[] {y[0], y[1], all[0], all[1]}) {
          assertEquals(zero, Float.floatToRawIntBits(found), n + " elements, -0 at " + at);
        }
        Arrays.fill(x, -0f);
        assertEquals(zero, Float.floatToRawIntBits(range(kernel, x)[0]), "nothing but -0");
        assertEquals(zero, Float.floatToRawIntBits(ranges(kernel, 1, n, x)[n]), "a row of -0");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void answersWorkedByHand(Reduction kernel) {
    float[] x = {1, -2, 3, 4, 4, -6};
    assertEquals(4.0, kernel.sum(6, x, 0));
    assertEquals(82.0, kernel.sumSquares(6, x, 0));
    assertArrayEquals(new float[] {5, 2, -3}, columns(kernel, 2, 3, x));
    assertArrayEquals(new float[] {2, 2}, rows(kernel, 2, 3, x));
    assertArrayEquals(new float[] {-6, 4}, range(kernel, x));
    assertArrayEquals(new float[] {1, -2, -6, 4, 4, 3}, ranges(kernel, 2, 3, x));
    assertArrayEquals(new int[] {2, 0, -7}, winners(kernel, 2, 3, x));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 15, 16, 17, 63, 64, 65, 2047, 2049, 32767, 32769, 100003})
  void sumsStayWithinTheBound(int n) {
    float[] x = signed(n, 1);
    float[] framed = inNaNs(x, MARGIN);
    double scale = REFERENCE.sum(n, absolute(x), 0);
    double bound = (Reduction.MAX_CHUNK + 16) * EPS / 2;
    assertEquals(REFERENCE.sum(n, x, 0), SIMD.sum(n, framed, MARGIN), bound * scale);
    double squares = REFERENCE.sumSquares(n, x, 0);
    assertEquals(squares, SIMD.sumSquares(n, framed, MARGIN), bound * squares);
    assertArrayEquals(range(REFERENCE, x), range(SIMD, x));
    float[] whole = wholes(n, 2);
    assertEquals(REFERENCE.sum(n, whole, 0), SIMD.sum(n, whole, 0));
    assertEquals(REFERENCE.sumSquares(n, whole, 0), SIMD.sumSquares(n, whole, 0));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 5",
    "1, 1",
    "7, 3",
    "64, 16",
    "65, 17",
    "1031, 24",
    "100, 255",
    "33, 257",
    "5000, 64",
    "3, 1000",
    "20000, 3",
    "70000, 1"
  })
  void matricesStayWithinTheBound(int m, int c) {
    checkMatrix(m, c);
  }

  private static void checkMatrix(int m, int c) {
    float[] x = signed(m * c, 3);
    float[] a = absolute(x);
    int terms = (Reduction.MAX_CHUNK + 16) / 2;
    assertWithin(
        "columns",
        columns(REFERENCE, m, c, x),
        columns(SIMD, m, c, x),
        terms,
        columns(REFERENCE, m, c, a));
    assertWithin(
        "rows", rows(REFERENCE, m, c, x), rows(SIMD, m, c, x), terms, rows(REFERENCE, m, c, a));
    assertArrayEquals(ranges(REFERENCE, m, c, x), ranges(SIMD, m, c, x));
    assertArrayEquals(winners(REFERENCE, m, c, x), winners(SIMD, m, c, x));
    float[] whole = wholes(m * c, 4);
    assertArrayEquals(columns(REFERENCE, m, c, whole), columns(SIMD, m, c, whole));
    assertArrayEquals(winners(REFERENCE, m, c, whole), winners(SIMD, m, c, whole));
  }

  @Property(tries = 60)
  void agreesOnRandomShapes(
      @ForAll @IntRange(min = 0, max = 300) int m, @ForAll @IntRange(min = 1, max = 80) int c) {
    checkMatrix(m, c);
  }

  @ParameterizedTest
  @CsvSource({"100000, 1", "5000, 17", "700, 300"})
  void theSameBitsForAnyNumberOfThreads(int m, int c) {
    float[] x = signed(m * c, 5);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      Reduction a = new ReductionSimd(one);
      Reduction b = new ReductionSimd(three);
      assertEquals(a.sum(x.length, x, 0), b.sum(x.length, x, 0));
      assertEquals(a.sumSquares(x.length, x, 0), b.sumSquares(x.length, x, 0));
      assertArrayEquals(columns(a, m, c, x), columns(b, m, c, x));
      assertArrayEquals(rows(a, m, c, x), rows(b, m, c, x));
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aNaNAnywhereIsFoundAndInfinitiesAreNumbers(Reduction kernel) {
    for (int at : new int[] {0, 9, 15, 16, 24, 40, 50, 61, 40000}) {
      float[] x = signed(40001, 6);
      x[at] = Float.NaN;
      assertArrayEquals(new float[] {Float.NaN, Float.NaN}, range(kernel, x), "at " + at);
      x[at] = INF;
      assertEquals(INF, range(kernel, x)[1]);
      x[at] = -INF;
      assertEquals(-INF, range(kernel, x)[0]);
      assertEquals(-INF, kernel.sum(x.length, x, 0));
    }
    assertArrayEquals(new float[] {INF, -INF}, range(kernel, new float[0]));
    assertArrayEquals(new float[] {INF, INF, -INF, -INF}, ranges(kernel, 0, 2, new float[0]));
    float[] channels = signed(50 * 20, 7);
    channels[31 * 20 + 4] = Float.NaN;
    float[] y = ranges(kernel, 50, 20, channels);
    for (int j = 0; j < 40; j++) {
      assertEquals(j % 20 == 4, Float.isNaN(y[j]), "channel " + j);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void argMaxTakesTheFirstAmongEqualsAndTheFirstNaN(Reduction kernel) {
    int c = 50;
    float[] x = new float[4 * c];
    java.util.Arrays.fill(x, 2 * c, 3 * c, -INF);
    x[c + 20] = 1;
    x[c + 45] = 1;
    x[3 * c + 5] = INF;
    x[3 * c + 33] = Float.NaN;
    x[3 * c + 49] = Float.NaN;
    assertArrayEquals(new int[] {0, 20, 0, 33, -7}, winners(kernel, 4, c, x));
  }
}
