package org.intraq.tensor.kernel.batchnorm;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.assertNotDegenerate;
import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.unframed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
class BatchMomentsContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final BatchMoments REFERENCE = new BatchMomentsReference();
  private static final BatchMoments SIMD = new BatchMomentsSimd(WORKERS);
  private static final int MARGIN = 3;

  static List<BatchMoments> implementations() {
    return List.of(REFERENCE, SIMD);
  }

  /** [0] the means, [1] the variances. */
  static float[][] moments(BatchMoments kernel, int m, int c, float[] x) {
    float[] mean = inNaNs(nans(c), MARGIN);
    float[] variance = inNaNs(nans(c), MARGIN);
    kernel.moments(m, c, inNaNs(x, MARGIN), MARGIN, mean, MARGIN, variance, MARGIN);
    return new float[][] {unframed(mean, MARGIN), unframed(variance, MARGIN)};
  }

  private static float[] backward(
      BatchMoments kernel, int m, int c, float[] x, float[] mean, float[] dMean, float[] dVar) {
    float[] dx = inNaNs(nans(m * c), MARGIN);
    kernel.backward(
        m,
        c,
        inNaNs(x, MARGIN),
        MARGIN,
        inNaNs(mean, MARGIN),
        MARGIN,
        inNaNs(dMean, MARGIN),
        MARGIN,
        inNaNs(dVar, MARGIN),
        MARGIN,
        dx,
        MARGIN);
    return unframed(dx, MARGIN);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(BatchMoments kernel) {
    float[] x = {1, 10, 3, 10, 5, 10, 7, 10};
    float[][] y = moments(kernel, 4, 2, x);
    assertArrayEquals(new float[] {4, 10}, y[0]);
    assertArrayEquals(new float[] {5, 0}, y[1]);
    // dx = (8 + 2 (x - 4) * 2) / 4 and (4 + 2 * 0 * 1) / 4
    assertArrayEquals(
        new float[] {-1, 1, 1, 1, 3, 1, 5, 1},
        backward(kernel, 4, 2, x, y[0], new float[] {8, 4}, new float[] {2, 1}));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "2, 1",
    "63, 1",
    "64, 1",
    "65, 1",
    "100003, 1",
    "7, 3",
    "1000, 3",
    "8, 15",
    "9, 16",
    "31, 17",
    "4099, 16",
    "65536, 16",
    "20000, 24",
    "3000, 32",
    "1003, 64",
    "784, 144",
    "33, 255",
    "50, 256",
    "65, 257",
    "784, 512",
    "196, 1001",
    "131075, 16",
    "8191, 257",
    "0, 4",
    "5, 0"
  })
  void signedInputsStayWithinTheBound(int m, int c) {
    float[] x = signed(m * c, 1);
    if (x.length > 8) {
      assertNotDegenerate(x);
    }
    check(m, c, x, 0);
  }

  /** The bound of the contract; {@code offset} was added to every x. */
  private static void check(int m, int c, float[] x, float offset) {
    float[][] expected = moments(REFERENCE, m, c, x);
    float[][] actual = moments(SIMD, m, c, x);
    double k = Math.min(m, BatchMoments.MAX_CHUNK) + 16;
    for (int j = 0; j < c && m > 0; j++) {
      // |x - mean| of normal values stays below 7 deviations.
      double deviation = 7 * Math.sqrt(expected[1][j]);
      double meanBound = EPS * Math.abs(expected[0][j]) + k * EPS / 2 * deviation;
      assertEquals(expected[0][j], actual[0][j], meanBound, "mean " + j + " at " + offset);
      double varianceBound = k * EPS * 2 * expected[1][j];
      assertEquals(expected[1][j], actual[1][j], varianceBound, "variance " + j + " at " + offset);
    }
  }

  @ParameterizedTest
  @ValueSource(floats = {10f, 1000f, -100000f, 1e6f})
  void aLargeMeanIsHarmless(float offset) {
    int m = 5000;
    int c = 20;
    float[] x = signed(m * c, 2);
    for (int i = 0; i < x.length; i++) {
      x[i] += offset;
    }
    check(m, c, x, offset);
    float[][] y = moments(SIMD, m, c, x);
    for (int j = 0; j < c; j++) {
      assertTrue(y[1][j] > 0.8 && y[1][j] < 1.2, "variance of unit noise: " + y[1][j]);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anOutlierInTheFirstRowDoesNotSpoilTheOthers(BatchMoments kernel) {
    int m = 4096;
    float[] x = new float[m];
    for (int i = 0; i < m; i++) {
      x[i] = i % 2 == 0 ? 1 : -1;
    }
    x[0] = 2048;
    // mean = 2047 / 4096; sum of squares = 2048^2 + 4095
    double mean = 2047.0 / 4096;
    double variance = (2048.0 * 2048 + 4095) / 4096 - mean * mean;
    float[][] y = moments(kernel, m, 1, x);
    assertEquals(mean, y[0][0], 1040 * EPS * 2048 / 4096);
    assertEquals(variance, y[1][0], 1040 * EPS * 2 * variance);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aConstantHasNoVarianceAtAll(BatchMoments kernel) {
    float[] x = new float[3000 * 5];
    java.util.Arrays.fill(x, 0.1f);
    float[][] y = moments(kernel, 3000, 5, x);
    for (int j = 0; j < 5; j++) {
      assertEquals(0.1f, y[0][j], Math.ulp(0.1f));
      assertEquals(0f, y[1][j], 1e-12f);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aNaNStaysInItsChannel(BatchMoments kernel) {
    float[] x = signed(3000 * 20, 3);
    x[1234 * 20 + 7] = Float.NaN;
    x[77 * 20 + 9] = Float.POSITIVE_INFINITY;
    float[][] y = moments(kernel, 3000, 20, x);
    for (int j = 0; j < 20; j++) {
      assertEquals(j == 7 || j == 9, Float.isNaN(y[1][j]), "channel " + j);
      assertEquals(j == 7 || j == 9, !Float.isFinite(y[0][j]), "channel " + j);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void nothingHasNoMean(BatchMoments kernel) {
    float[][] y = moments(kernel, 0, 3, new float[0]);
    assertArrayEquals(nans(3), y[0]);
    assertArrayEquals(nans(3), y[1]);
  }

  @ParameterizedTest
  @CsvSource({"140000, 16", "70000, 16", "5000, 24", "3000, 257", "100003, 1"})
  void theSameBitsForAnyNumberOfThreads(int m, int c) {
    float[] x = signed(m * c, 4);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      float[][] a = moments(new BatchMomentsSimd(one), m, c, x);
      float[][] b = moments(new BatchMomentsSimd(three), m, c, x);
      assertArrayEquals(a[0], b[0]);
      assertArrayEquals(a[1], b[1]);
    }
  }

  @Property(tries = 60)
  void agreesOnRandomShapes(
      @ForAll @IntRange(min = 1, max = 2000) int m, @ForAll @IntRange(min = 1, max = 70) int c) {
    check(m, c, signed(m * c, 5), 0);
    float[] x = wholes(m * c, 6);
    float[] mean = wholes(c, 7);
    float[] dMean = signed(c, 8);
    float[] dVariance = signed(c, 9);
    float[] expected = backward(REFERENCE, m, c, x, mean, dMean, dVariance);
    float[] actual = backward(SIMD, m, c, x, mean, dMean, dVariance);
    for (int i = 0; i < expected.length; i++) {
      int j = i % c;
      double terms = Math.abs(dMean[j]) + 2 * Math.abs((x[i] - mean[j]) * dVariance[j]);
      assertEquals(expected[i], actual[i], 2 * EPS * terms / m, "at " + i);
    }
  }
}
