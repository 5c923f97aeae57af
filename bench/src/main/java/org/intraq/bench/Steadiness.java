package org.intraq.bench;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.ChildJvm;
import org.intraq.bench.harness.Instance;

/**
 * How a step behaves over its first hundred iterations, in a JVM of its own.
 *
 * @param tenth nanoseconds: the median of iterations 9 to 11; NaN if fewer were run
 * @param last nanoseconds: the median of the last three iterations
 * @param allocated bytes of Java objects an iteration, all threads, over the last tenth
 * @param peak bytes by which the process was larger at its largest during the iterations than
 *     before the step was set up, without what only its set-up needed; NaN where the system does
 *     not tell
 */
record Steadiness(double tenth, double last, double allocated, double peak) {
  /** Iterations of the engine. */
  static final int ITERATIONS = 100;

  /** Iterations of other libraries: they are asked for their memory only. */
  static final int FEW = 10;

  private static final long SECONDS = 1800;
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final Path CLEAR = Path.of("/proc/self/clear_refs");

  /** So that the heap gives back what the set-up no longer needs. */
  private static final List<String> TIGHT_HEAP =
      List.of("-XX:MinHeapFreeRatio=5", "-XX:MaxHeapFreeRatio=10");

  /** Measures in a new JVM. */
  static Steadiness inOwnJvm(Case problem, String implementation, int threads) {
    int iterations = implementation.equals(Implementation.SIMD) ? ITERATIONS : FEW;
    String answer =
        ChildJvm.ask(
            SteadyMain.class,
            TIGHT_HEAP,
            List.of(
                problem.id(),
                implementation,
                Integer.toString(threads),
                Integer.toString(iterations)),
            SECONDS);
    double[] values = Stream.of(answer.split(" ")).mapToDouble(Double::parseDouble).toArray();
    return new Steadiness(values[0], values[1], values[2], values[3]);
  }

  /** The words that {@link #inOwnJvm} reads. */
  String words() {
    return tenth + " " + last + " " + allocated + " " + peak;
  }

  /** Whether the implementation has no such step: then there are no figures. */
  boolean absent() {
    return Double.isNaN(last);
  }

  /** Measures here. */
  static Steadiness measure(Case problem, String implementation, int threads, int iterations) {
    System.gc();
    double before = status("VmRSS:");
    double[] nanos = new double[iterations];
    long allocatedBefore = 0;
    int counted = Math.max(1, iterations / 10);
    double allocated;
    Optional<Instance> made = Implementation.of(implementation).make(problem, threads);
    if (made.isEmpty()) {
      return new Steadiness(Double.NaN, Double.NaN, Double.NaN, Double.NaN);
    }
    try (Instance instance = made.get()) {
      instance.begin();
      forgetPeak();
      for (int i = 0; i < iterations; i++) {
        if (i == iterations - counted) {
          allocatedBefore = allocatedBytes();
        }
        long start = System.nanoTime();
        instance.run();
        nanos[i] = System.nanoTime() - start;
      }
      allocated = (double) (allocatedBytes() - allocatedBefore) / counted;
    }
    double tenth =
        iterations < 11 ? Double.NaN : Comparison.median(Arrays.copyOfRange(nanos, 8, 11));
    double last =
        Comparison.median(Arrays.copyOfRange(nanos, Math.max(0, iterations - 3), iterations));
    return new Steadiness(tenth, last, allocated, Math.max(0, status("VmHWM:") - before));
  }

  /**
   * Makes the process as small as what it holds, and its largest size so far its present one
   * (Linux: "5" to clear_refs resets VmHWM); elsewhere the set-up counts as well.
   */
  private static void forgetPeak() {
    System.gc();
    try {
      if (Files.isWritable(CLEAR)) {
        Files.writeString(CLEAR, "5");
      }
    } catch (IOException e) {
      // The figure then includes the set-up, as it does on other systems.
    }
  }

  /** Bytes of objects that all threads have allocated so far. */
  static long allocatedBytes() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class)
        .getTotalThreadAllocatedBytes();
  }

  /** A line of /proc/self/status, in bytes. */
  private static double status(String key) {
    if (!Files.isReadable(STATUS)) {
      return Double.NaN;
    }
    try (Stream<String> lines = Files.lines(STATUS)) {
      return lines
          .filter(line -> line.startsWith(key))
          .mapToDouble(line -> 1024 * Double.parseDouble(line.replaceAll("[^0-9]", "")))
          .findFirst()
          .orElse(Double.NaN);
    } catch (IOException e) {
      return Double.NaN;
    }
  }

  /** One row of the table. */
  String row(String shape, String implementation, int threads) {
    return String.format(
        Locale.ROOT,
        "%-44s %-12s %3d %10.1f ms %10s %12.0f kB %10.0f MB",
        shape,
        implementation,
        threads,
        last / 1e6,
        Double.isNaN(tenth) ? "-" : String.format(Locale.ROOT, "%.2f", tenth / last),
        allocated / 1e3,
        peak / 1e6);
  }

  /** The head of the table. */
  static String head() {
    return String.format(
        Locale.ROOT,
        "%-44s %-12s %3s %13s %10s %15s %13s",
        "step",
        "by",
        "thr",
        "time",
        "10th/last",
        "allocated",
        "peak memory");
  }
}
