package org.intraq.tensor.kernel.random;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Test;

class PhiloxRandomTest {
  @Property(tries = 40)
  void aRestoredStateGoesOnAsIfNothingHadHappened(
      @ForAll long seed, @ForAll @IntRange(max = 19) int drawn) {
    PhiloxRandom random = new PhiloxRandom(seed);
    for (int i = 0; i < drawn; i++) {
      random.nextInt();
    }
    PhiloxRandom restored = new PhiloxRandom(random.state());
    assertEquals(random.state(), restored.state());
    for (int i = 0; i < 11; i++) {
      assertEquals(random.nextInt(), restored.nextInt());
      assertEquals(random.normal(), restored.normal());
      assertEquals(random.uniform(), restored.uniform());
      assertEquals(random.nextInt(1000), restored.nextInt(1000));
    }
    assertArrayEquals(random.permutation(10), restored.permutation(10));
    assertEquals(random.state(), restored.state());
  }

  @Test
  void drawsTheWordsOfTheStreamInOrder() {
    PhiloxRandom random = new PhiloxRandom(77);
    float[] filled = new float[9];
    new RandomFillReference().uniform(77, 0, 0, 1, 9, filled, 0);
    for (float value : filled) {
      assertEquals(value, random.uniform());
    }
    assertEquals(new PhiloxRandom.State(77, 3, 1), random.state());
  }

  @Test
  void reservedBlocksBelongToTheTensorAlone() {
    PhiloxRandom random = new PhiloxRandom(5);
    random.nextInt();
    long first = random.reserve(9);
    assertEquals(1, first, "the block in use is dropped");
    assertEquals(4, random.reserve(0));
    assertEquals(4, random.reserve(4));
    assertEquals(5, random.reserve(1));
    int[] expected = new int[4];
    Philox.block(5, 6, 0, expected, 0);
    assertEquals(expected[0], random.nextInt());
    assertThrows(IllegalArgumentException.class, () -> random.reserve(-1));
  }

  @Test
  void childrenDependOnTheKeyAloneAndDiffer() {
    PhiloxRandom parent = new PhiloxRandom(5);
    PhiloxRandom early = parent.child(3);
    parent.nextLong();
    PhiloxRandom late = parent.child(3);
    assertEquals(early.key(), late.key());
    assertNotEquals(early.key(), parent.child(4).key());
    assertNotEquals(early.key(), new PhiloxRandom(6).child(3).key());
    assertNotEquals(parent.key(), early.key());
  }

  @Test
  void boundedIntegersAreUniform() {
    for (int bound : new int[] {1, 2, 3, 7, 10, 100}) {
      PhiloxRandom random = new PhiloxRandom(bound);
      int draws = 20_000 * Math.min(bound, 10);
      long[] counts = new long[bound];
      for (int i = 0; i < draws; i++) {
        counts[random.nextInt(bound)]++;
      }
      double expected = (double) draws / bound;
      double chiSquare = 0;
      for (long count : counts) {
        chiSquare += (count - expected) * (count - expected) / expected;
      }
      // Mean bound - 1, variance 2 (bound - 1): six deviations above.
      assertTrue(
          chiSquare <= bound - 1 + 6 * Math.sqrt(2.0 * (bound - 1)) + 1e-9,
          "bound " + bound + ": chi square " + chiSquare);
    }
  }

  @Test
  void hugeBoundsRejectWhatWouldBias() {
    PhiloxRandom random = new PhiloxRandom(9);
    int bound = (1 << 30) + (1 << 29) + 1;
    int lower = 0;
    int draws = 40_000;
    for (int i = 0; i < draws; i++) {
      int value = random.nextInt(bound);
      assertTrue(value >= 0 && value < bound);
      lower += value < bound / 2 ? 1 : 0;
    }
    assertEquals(draws / 2.0, lower, 5 * Math.sqrt(draws / 4.0));
    assertThrows(IllegalArgumentException.class, () -> random.nextInt(0));
    assertThrows(IllegalArgumentException.class, () -> random.nextInt(-5));
  }

  @Test
  void permutationsHoldEveryNumberOnceAndAllOrdersComeUp() {
    PhiloxRandom random = new PhiloxRandom(1);
    for (int n : new int[] {0, 1, 2, 5, 1000}) {
      int[] sorted = random.permutation(n);
      Arrays.sort(sorted);
      for (int i = 0; i < n; i++) {
        assertEquals(i, sorted[i]);
      }
    }
    int[] counts = new int[27];
    int draws = 12_000;
    for (int i = 0; i < draws; i++) {
      int[] order = random.permutation(3);
      counts[order[0] * 9 + order[1] * 3 + order[2]]++;
    }
    int seen = 0;
    for (int count : counts) {
      if (count > 0) {
        seen++;
        assertEquals(draws / 6.0, count, 5 * Math.sqrt(draws * 5 / 36.0));
      }
    }
    assertEquals(6, seen);
    assertThrows(IllegalArgumentException.class, () -> random.permutation(-1));
  }

  @Test
  void rangesAndDoubles() {
    PhiloxRandom random = new PhiloxRandom(12);
    double sum = 0;
    for (int i = 0; i < 10_000; i++) {
      float value = random.uniform(1f, 2f);
      assertTrue(value >= 1 && value < 2);
      double fine = random.nextDouble();
      assertTrue(fine >= 0 && fine < 1);
      sum += fine + random.nextGaussian() + random.nextFloat();
    }
    assertEquals(10_000, sum, 5 * Math.sqrt(10_000 * (1 + 2 / 12.0)));
    assertEquals(4f, random.uniform(4f, 4f));
    assertThrows(IllegalArgumentException.class, () -> random.uniform(2f, 1f));
    assertThrows(IllegalArgumentException.class, () -> new PhiloxRandom.State(1, 2, 5));
  }

  @Test
  void aTensorFilledFromAReservationIsTheSameWithAnyThreads() {
    float[][] filled = new float[2][9001];
    for (int k = 0; k < 2; k++) {
      PhiloxRandom random = new PhiloxRandom(31);
      random.uniform();
      try (Workers workers = new Workers(k + 1)) {
        RandomFill fill = new RandomFillSimd(workers);
        fill.normal(random.key(), random.reserve(9001), 0, 1, 9001, filled[k], 0);
      }
    }
    assertArrayEquals(filled[0], filled[1]);
  }
}
