package org.intraq.tensor.kernel.random;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.checksum;
import static org.intraq.tensor.testing.Frames.window;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class RandomFillContractTest {
  private static final RandomFill REFERENCE = new RandomFillReference();
  private static final RandomFill ONE = new RandomFillSimd(new Workers(1));
  private static final RandomFill TWO = new RandomFillSimd(new Workers(2));

  static List<RandomFill> implementations() {
    return List.of(REFERENCE, ONE, TWO);
  }

  private static float[] uniform(
      RandomFill kernel, long key, long counter, float low, float high, int n) {
    float[] y = blank(n);
    kernel.uniform(key, counter, low, high, n, y, MARGIN);
    return window(y);
  }

  private static float[] normal(
      RandomFill kernel, long key, long counter, float mean, float deviation, int n) {
    float[] y = blank(n);
    kernel.normal(key, counter, mean, deviation, n, y, MARGIN);
    return window(y);
  }

  /** Known answers of the authors: Random123 1.14, tests/kat_vectors, "philox4x32 10". */
  @Test
  void thePublishedKnownAnswers() {
    long pi01 = 0x85a308d3_243f6a88L;
    long pi23 = 0x03707344_13198a2eL;
    long pi45 = 0x299f31d0_a4093822L;
    assertBlock(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertBlock(-1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertBlock(pi45, pi01, pi23, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  private static void assertBlock(long key, long counter, long counterHigh, int... expected) {
    int[] words = new int[6];
    Philox.block(key, counter, counterHigh, words, 1);
    assertArrayEquals(expected, Arrays.copyOfRange(words, 1, 5));
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void elementsAreTheWordsOfTheirBlocks(RandomFill kernel) {
    // The first known answer's upper 24 bits.
    float[] expected = new float[5];
    int[] words = {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8};
    for (int i = 0; i < 4; i++) {
      expected[i] = (words[i] >>> 8) / 16777216f;
    }
    int[] next = new int[4];
    Philox.block(0, 1, 0, next, 0);
    expected[4] = (next[0] >>> 8) / 16777216f;
    assertArrayEquals(expected, uniform(kernel, 0, 0, 0, 1, 5));
    float[] z = normal(kernel, 0, 0, 0, 1, 4);
    for (int pair = 0; pair < 2; pair++) {
      double u = ((words[2 * pair] >>> 8) + 1) / 16777216.0;
      double angle = 2 * Math.PI * ((words[2 * pair + 1] >>> 8) / 16777216.0);
      double radius = Math.sqrt(-2 * Math.log(u));
      assertEquals(radius * Math.cos(angle), z[2 * pair], 4 * Math.ulp(z[2 * pair]));
      assertEquals(radius * Math.sin(angle), z[2 * pair + 1], 4 * Math.ulp(z[2 * pair + 1]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 32, 33, 97, 4095, 4096, 4097, 30011})
  void vectorsAndThreadsGiveTheReferencesBits(int n) {
    long[] counters = {0, 5, 0xFFFFFFFEL, -3, Long.MAX_VALUE - 1};
    for (long counter : counters) {
      long key = 0x0123456789abcdefL + counter;
      float[] expected = uniform(REFERENCE, key, counter, -2.5f, 3, n);
      float[] expectedNormal = normal(REFERENCE, key, counter, 0.5f, 2, n);
      for (RandomFill kernel : List.of(ONE, TWO)) {
        assertArrayEquals(expected, uniform(kernel, key, counter, -2.5f, 3, n));
        assertArrayEquals(expectedNormal, normal(kernel, key, counter, 0.5f, 2, n));
      }
    }
  }

  @Property(tries = 60)
  void aTensorIsAWindowOfItsStream(
      @ForAll @IntRange(max = 500) int skippedBlocks, @ForAll @IntRange(max = 700) int n) {
    for (RandomFill kernel : implementations()) {
      float[] whole = normal(kernel, 9, 1000, 0, 1, skippedBlocks * 4 + n);
      float[] tail = normal(kernel, 9, 1000 + skippedBlocks, 0, 1, n);
      assertArrayEquals(
          Arrays.copyOfRange(whole, skippedBlocks * 4, whole.length), tail, "by counter");
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void uniformNumbersNeverReachTheirUpperBound(RandomFill kernel) {
    // In [1, 2) the spacing of floats is twice that of the draws: half of them are rounded, and the
    // largest draw would become 2.
    int n = 1 << 20;
    float[][] bounds = {{1, 2}, {-1, 1}, {0, 1}, {1e6f, 1e6f + 1}, {3, 3}, {-2, Math.nextUp(-2f)}};
    for (float[] bound : bounds) {
      float[] y = uniform(kernel, 3, 0, bound[0], bound[1], n);
      float least = Float.POSITIVE_INFINITY;
      float most = Float.NEGATIVE_INFINITY;
      for (float value : y) {
        least = Math.min(least, value);
        most = Math.max(most, value);
      }
      assertTrue(least >= bound[0], "least " + least + " of " + Arrays.toString(bound));
      assertTrue(
          most < bound[1] || bound[0] == bound[1] && most == bound[1],
          "most " + most + " of " + Arrays.toString(bound));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20250101, -77})
  void uniformNumbersAreUniform(long seed) {
    int n = 200_000;
    float[] y = uniform(TWO, seed, 0, 0, 1, n);
    double mean = 0;
    double square = 0;
    double lag = 0;
    for (int i = 0; i < n; i++) {
      mean += y[i] - 0.5;
      square += (y[i] - 0.5) * (y[i] - 0.5);
      lag += i == 0 ? 0 : (y[i] - 0.5) * (y[i - 1] - 0.5);
    }
    // Five standard deviations: of the mean sqrt(1/12n), of the variance sqrt(1/180n), of the
    // product of neighbours 1/12 sqrt(1/n).
    assertEquals(0, mean / n, 5 * Math.sqrt(1 / (12.0 * n)));
    assertEquals(1 / 12.0, square / n, 5 * Math.sqrt(1 / (180.0 * n)));
    assertEquals(0, lag / n, 5 / 12.0 * Math.sqrt(1.0 / n));
    Arrays.sort(y);
    double distance = 0;
    for (int i = 0; i < n; i++) {
      distance = Math.max(distance, Math.max((i + 1.0) / n - y[i], y[i] - (double) i / n));
    }
    assertTrue(distance < kolmogorov(n), "Kolmogorov-Smirnov distance " + distance);
  }

  /** The distance that a true sample of n exceeds once in a million: 2 exp(-2 n d^2) = 1e-6. */
  private static double kolmogorov(int n) {
    return Math.sqrt(Math.log(2e6) / (2.0 * n));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 20250101, -77})
  void normalNumbersAreNormal(long seed) {
    int n = 200_000;
    float[] z = normal(TWO, seed, 0, 0, 1, n);
    double[] moments = new double[5];
    double pairs = 0;
    for (int i = 0; i < n; i++) {
      double power = 1;
      for (int k = 1; k <= 4; k++) {
        power *= z[i];
        moments[k] += power / n;
      }
      pairs += i % 2 == 0 ? 0 : (double) z[i] * z[i - 1];
    }
    // Five standard deviations; variances of z, z^2, z^3, z^4 are 1, 2, 15, 96.
    double sigma = 5 / Math.sqrt(n);
    assertEquals(0, moments[1], sigma);
    assertEquals(1, moments[2], sigma * Math.sqrt(2));
    assertEquals(0, moments[3], sigma * Math.sqrt(15));
    assertEquals(3, moments[4], sigma * Math.sqrt(96));
    assertEquals(0, 2 * pairs / n, 5 / Math.sqrt(n / 2.0), "both numbers of a pair");
    Arrays.sort(z);
    double distance = 0;
    for (int i = 0; i < n; i++) {
      double p = cumulative(z[i]);
      distance = Math.max(distance, Math.max((i + 1.0) / n - p, p - (double) i / n));
    }
    assertTrue(distance < kolmogorov(n), "Kolmogorov-Smirnov distance " + distance);
    assertTrue(z[n - 1] > 4 && z[0] < -4, "tails are there");
  }

  /** The normal distribution function by the series of its density (Marsaglia 2004). */
  private static double cumulative(double x) {
    double sum = x;
    double term = x;
    for (int k = 3; Math.abs(term) > 1e-17 && k < 400; k += 2) {
      term *= x * x / k;
      sum += term;
    }
    return 0.5 + sum * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
  }

  @Test
  void theSameBitsOnEveryMachine() {
    // Recorded once; a change of the generator, of Box-Muller or of a polynomial shows here.
    assertEquals(UNIFORM_CHECKSUM, checksum(uniform(TWO, 42, 7, -1, 1, 10_007)));
    assertEquals(NORMAL_CHECKSUM, checksum(normal(TWO, 42, 7, 0, 1, 10_007)));
  }

  private static final long UNIFORM_CHECKSUM = 1458308819L;
  private static final long NORMAL_CHECKSUM = 2983642345L;

  @ParameterizedTest
  @MethodSource("implementations")
  void refusesWhatDoesNotFit(RandomFill kernel) {
    float[] four = new float[4];
    assertThrows(IndexOutOfBoundsException.class, () -> kernel.uniform(1, 2, 0, 1, 4, four, 1));
    assertThrows(IndexOutOfBoundsException.class, () -> kernel.normal(1, 2, 0, 1, 5, four, 0));
    assertThrows(IndexOutOfBoundsException.class, () -> kernel.normal(1, 2, 0, 1, -1, four, 0));
  }
}
