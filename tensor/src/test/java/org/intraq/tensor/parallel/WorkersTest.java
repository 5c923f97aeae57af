package org.intraq.tensor.parallel;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WorkersTest {
  private static final Duration LIMIT = Duration.ofSeconds(30);

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 8})
  void everyTaskRunsExactlyOnce(int threads) {
    try (Workers workers = new Workers(threads)) {
      assertEquals(threads, workers.threads());
      for (int count : new int[] {0, 1, 2, 3, 7, 64, 1001}) {
        AtomicIntegerArray runs = new AtomicIntegerArray(count);
        workers.run(count, runs::incrementAndGet);
        for (int i = 0; i < count; i++) {
          assertEquals(1, runs.get(i), "task " + i + " of " + count);
        }
      }
      workers.run(-1, i -> assertEquals(0, 1, "a negative count has no tasks"));
    }
  }

  @Test
  void tasksReallyRunSideBySide() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try (Workers workers = new Workers(3)) {
            Set<Thread> threads = ConcurrentHashMap.newKeySet();
            CountDownLatch all = new CountDownLatch(3);
            workers.run(
                3,
                i -> {
                  threads.add(Thread.currentThread());
                  all.countDown();
                  await(all);
                });
            assertEquals(3, threads.size());
          }
        });
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(20, TimeUnit.SECONDS), "the other tasks never started");
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void anExceptionReachesTheCallerAndThePoolLivesOn(int threads) {
    try (Workers workers = new Workers(threads)) {
      for (int round = 0; round < 50; round++) {
        IllegalStateException thrown = new IllegalStateException("task " + round);
        Throwable caught =
            assertThrows(
                IllegalStateException.class,
                () ->
                    workers.run(
                        20,
                        i -> {
                          if (i == 13) {
                            throw thrown;
                          }
                        }));
        assertSame(thrown, caught);
        AtomicInteger sum = new AtomicInteger();
        workers.run(10, sum::addAndGet);
        assertEquals(45, sum.get());
      }
      assertThrows(
          StackOverflowError.class,
          () ->
              workers.run(
                  4,
                  i -> {
                    throw new StackOverflowError();
                  }),
          "errors too");
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4})
  void callsFromInsideATaskRunInPlace(int threads) {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try (Workers workers = new Workers(threads)) {
            AtomicInteger sum = new AtomicInteger();
            workers.run(
                16,
                i -> {
                  Thread outer = Thread.currentThread();
                  workers.run(
                      8,
                      j -> {
                        assertSame(outer, Thread.currentThread());
                        workers.run(2, k -> sum.incrementAndGet());
                      });
                });
            assertEquals(16 * 8 * 2, sum.get());
            assertThrows(
                IllegalStateException.class,
                () -> workers.run(4, i -> workers.run(2, WorkersTest::fail)));
            // The calling thread is outside again, so that the next call is shared out.
            Set<Thread> seen = ConcurrentHashMap.newKeySet();
            CountDownLatch all = new CountDownLatch(threads);
            workers.run(
                threads,
                i -> {
                  seen.add(Thread.currentThread());
                  all.countDown();
                  await(all);
                });
            assertEquals(threads, seen.size());
          }
        });
  }

  private static void fail(int index) {
    throw new IllegalStateException("inner task " + index);
  }

  @Test
  void manyShortLoopsOneAfterAnother() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try (Workers workers = new Workers(4)) {
            int[] sums = new int[7];
            for (int loop = 0; loop < 30_000; loop++) {
              // Plain writes: what a task wrote must be visible when run returns.
              workers.run(7, i -> sums[i] += i + 1);
            }
            for (int i = 0; i < 7; i++) {
              assertEquals(30_000 * (i + 1), sums[i]);
            }
          }
        });
  }

  @Test
  void workersWakeAfterTheyHaveParked() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try (Workers workers = new Workers(2)) {
            for (int round = 0; round < 5; round++) {
              Thread.sleep(20);
              CountDownLatch both = new CountDownLatch(2);
              workers.run(
                  2,
                  i -> {
                    both.countDown();
                    await(both);
                  });
            }
          }
        });
  }

  @Test
  void callersOnSeveralThreadsTakeTurns() {
    assertTimeoutPreemptively(
        LIMIT,
        () -> {
          try (Workers workers = new Workers(3)) {
            int[][] sums = new int[3][5];
            Thread[] callers = new Thread[3];
            for (int c = 0; c < callers.length; c++) {
              int[] own = sums[c];
              callers[c] =
                  Thread.ofPlatform()
                      .start(
                          () -> {
                            for (int loop = 0; loop < 2_000; loop++) {
                              workers.run(5, i -> own[i]++);
                            }
                          });
            }
            for (Thread caller : callers) {
              caller.join();
            }
            for (int[] own : sums) {
              assertArrayEquals(new int[] {2_000, 2_000, 2_000, 2_000, 2_000}, own);
            }
          }
        });
  }

  @Test
  void closingEndsTheThreads() throws InterruptedException {
    Workers workers = new Workers(3);
    Set<Thread> seen = ConcurrentHashMap.newKeySet();
    CountDownLatch all = new CountDownLatch(3);
    workers.run(
        3,
        i -> {
          seen.add(Thread.currentThread());
          all.countDown();
          await(all);
        });
    workers.close();
    workers.close();
    seen.remove(Thread.currentThread());
    assertEquals(2, seen.size());
    for (Thread thread : seen) {
      assertTrue(thread.isDaemon());
      thread.join(10_000);
      assertEquals(Thread.State.TERMINATED, thread.getState());
    }
    assertThrows(IllegalArgumentException.class, () -> new Workers(0));
  }

  @Property(tries = 200)
  void rangesCoverEveryIndexOnceInChunks(
      @ForAll @IntRange(max = 3000) int size, @ForAll @IntRange(min = 1, max = 500) int chunk) {
    try (Workers workers = new Workers(2)) {
      int[] hits = new int[size];
      Ranges.run(
          workers,
          size,
          chunk,
          (from, to) -> {
            assertEquals(0, from % chunk, "borders depend on the chunk alone");
            assertTrue(to - from == chunk || to == size && to > from);
            for (int i = from; i < to; i++) {
              hits[i]++;
            }
          });
      assertTrue(Arrays.stream(hits).allMatch(hit -> hit == 1));
    }
  }

  @Test
  void rangesUpToTheLargestSize() {
    try (Workers workers = new Workers(2)) {
      AtomicInteger last = new AtomicInteger();
      Ranges.run(
          workers, Integer.MAX_VALUE, 1 << 30, (from, to) -> last.accumulateAndGet(to, Math::max));
      assertEquals(Integer.MAX_VALUE, last.get());
      assertThrows(IllegalArgumentException.class, () -> Ranges.run(workers, -1, 4, (a, b) -> {}));
      assertThrows(IllegalArgumentException.class, () -> Ranges.run(workers, 9, 0, (a, b) -> {}));
    }
  }
}
