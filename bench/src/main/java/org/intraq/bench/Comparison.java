package org.intraq.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.OneThread;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs the implementations of one case in turn, round by round, so that what disturbs the machine
 * disturbs them alike; a ratio is the median over the rounds of the ratios within a round.
 *
 * <p>All run in this JVM: a fork for each would put seconds between the two sides of a ratio.
 */
final class Comparison {
  /** At most this long for one implementation's round, after which a slow case has fewer rounds. */
  private static final double SLOW_NANOS = 1e9;

  private static final double LONGEST_WARM_UP = 20e9;

  /** Warming up may exceed its part of the time by so much while the compiler is busy. */
  private static final double LONGEST_COMPILATION = 8e9;

  /** So long a case may leave vectors as objects before that counts as how it is compiled. */
  private static final double LONGEST_OBJECTS = 3e9;

  /** Where windows drift, so many times as many of them are tried. */
  private static final int PATIENCE = 4;

  /**
   * Until idle threads of the one before have stopped spinning on a core: OpenMP's do so for 5 ms.
   */
  private static final long PAUSE_MILLIS = 40;

  /**
   * OpenBLAS's, which it has where there are several, spin for about 100 ms: after 40 ms they still
   * took this engine's second core (17 instead of 11 ms for a product of 1024, two threads).
   */
  private static final long LONG_PAUSE_MILLIS = 120;

  /** The part of a case's time that may go into warming up. */
  private static final double WARM_UP_SHARE = 0.5;

  /** A run that takes less than this share of the best time before it is a gain. */
  private static final double GAIN = 0.97;

  static {
    OneThread.forJmh();
  }

  private final Effort effort;
  private final boolean verified;
  private final double nanos;

  /**
   * Makes one.
   *
   * @param verified whether results are compared first
   * @param nanos the time that it should take; infinite if it does not matter
   */
  Comparison(Effort effort, boolean verified, double nanos) {
    this.effort = effort;
    this.verified = verified;
    this.nanos = nanos;
  }

  /**
   * Times a run by each implementation that knows the case; the first of {@code names} is the one
   * that ratios are of.
   *
   * @throws IllegalStateException if results differ
   */
  Measured measure(Case problem, List<String> names, int threads) {
    long begin = System.nanoTime();
    List<String> able = new ArrayList<>();
    Map<String, List<Double>> times = new LinkedHashMap<>();
    Map<String, String> notes = new LinkedHashMap<>();
    try {
      double slowest = OneThread.call(() -> prepare(problem, names, threads, able));
      for (String name : able) {
        times.put(name, new ArrayList<>());
        notes.put(name, Prepared.find(problem.id(), name, threads).note());
      }
      int wanted = slowest > SLOW_NANOS ? effort.slowRounds() : effort.rounds();
      double left = nanos - (System.nanoTime() - begin);
      rounds(problem, able, threads, wanted, left, times);
    } finally {
      able.forEach(name -> Prepared.close(problem.id(), name, threads));
    }
    return Measured.of(problem, threads, times, notes);
  }

  /** Adds rounds to {@code times}; only the last {@code wanted} ones stay where windows drift. */
  private void rounds(
      Case problem,
      List<String> able,
      int threads,
      int wanted,
      double limit,
      Map<String, List<Double>> times) {
    long begin = System.nanoTime();
    for (int round = 0; round < PATIENCE * wanted; round++) {
      if (round >= wanted) {
        times.values().forEach(List::removeFirst);
      }
      // Forth, back, forth: a drift of the machine's speed favours nobody.
      for (String name : round % 2 == 0 ? able : able.reversed()) {
        pause(able.size(), threads);
        times.get(name).add(run(problem.id(), name, threads));
      }
      double used = System.nanoTime() - begin;
      boolean settled = times.values().stream().allMatch(Measured::settled);
      if (used * (round + 2) / (round + 1) > limit || round >= wanted - 1 && settled) {
        break;
      }
    }
  }

  /** Sets up, runs once, compares; gives the slowest of those runs. */
  private double prepare(Case problem, List<String> names, int threads, List<String> able) {
    // Once all, and with each further number of threads the engine alone.
    List<String> compared = verified ? names : names.subList(0, 1);
    Verification.againstReference(problem, compared, threads);
    float[] expected = null;
    double slowest = 0;
    for (String name : names) {
      Optional<Instance> made = Implementation.of(name).make(problem, threads);
      if (made.isPresent()) {
        Instance instance = made.get();
        Prepared.put(problem.id(), name, threads, instance);
        able.add(name);
        instance.begin();
        instance.run();
        if (verified && expected == null) {
          expected = instance.result();
        } else if (verified && instance.agrees()) {
          Verification.compare(problem, name, expected, instance.result());
        }
        slowest = Math.max(slowest, settle(instance, WARM_UP_SHARE * nanos / names.size()));
      }
    }
    return slowest;
  }

  /**
   * Runs until the compiler is done: until it has nothing of the engine's to compile, vectors are
   * no objects, and runs have not become faster for the warm-up's time since. Gives the last time.
   */
  private double settle(Instance instance, double most) {
    long begin = System.nanoTime();
    double limit = Math.min(most, LONGEST_WARM_UP);
    Compiler compiler = new Compiler();
    double best = Double.POSITIVE_INFINITY;
    double last;
    int withoutGain = 0;
    long lastGain = begin;
    long now;
    do {
      long start = System.nanoTime();
      long before = Compiler.allocated();
      instance.run();
      now = System.nanoTime();
      last = now - start;
      boolean objects = Compiler.leavesVectors(Compiler.allocated() - before, last);
      boolean compiling =
          effort.warmUpMillis() > 0
              && (compiler.busy() || objects && now - begin < LONGEST_OBJECTS);
      boolean unsettled = last < GAIN * best || compiling;
      if (compiling) {
        double afterwards = now - begin + Math.min(most, 5 * effort.warmUpMillis() * 1e6);
        limit = Math.max(limit, Math.min(LONGEST_COMPILATION, afterwards));
      }
      withoutGain = unsettled ? 0 : withoutGain + 1;
      lastGain = unsettled ? now : lastGain;
      best = Math.min(best, last);
    } while ((now - lastGain < effort.warmUpMillis() * 1e6 || withoutGain < effort.settledRuns())
        && now - begin < limit);
    return last;
  }

  private static void pause(int implementations, int threads) {
    if (implementations < 2) {
      return;
    }
    try {
      Thread.sleep(threads > 1 ? LONG_PAUSE_MILLIS : PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("bench: interrupted", e);
    }
  }

  private double run(String id, String impl, int threads) {
    Options options =
        new OptionsBuilder()
            .include(CaseBenchmark.class.getName())
            .param("id", id)
            .param("impl", impl)
            .param("threads", Integer.toString(threads))
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .measurementTime(TimeValue.milliseconds(effort.roundMillis()))
            .verbosity(VerboseMode.SILENT)
            .shouldFailOnError(true)
            .build();
    try {
      return new Runner(options).runSingle().getPrimaryResult().getScore();
    } catch (RunnerException e) {
      throw new IllegalStateException("bench: " + id + " by " + impl + " failed", e);
    }
  }

  /** The middle value; of an even number the mean of the two. */
  static double median(double... values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    int half = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  }
}
