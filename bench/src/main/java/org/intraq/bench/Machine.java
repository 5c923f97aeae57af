package org.intraq.bench;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.intraq.bench.harness.Data;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.kernel.peak.MultiplyAddPeak;
import org.intraq.tensor.parallel.Workers;

/** This machine's name and its measured peaks. */
final class Machine {
  private static final int ROUNDS = 2_000_000;
  private static final int COPY_FLOATS = 1 << 24;
  private static final int TRIES = 7;

  /**
   * The best this machine does with some number of threads.
   *
   * @param gflops fused multiply-adds, two operations each
   * @param gigabytes a copy between arrays larger than the caches, read and written bytes added
   */
  record Peak(double gflops, double gigabytes) {
    /** The peak that a kernel of this kind is held against. */
    double of(Work.Limit limit) {
      return limit == Work.Limit.ARITHMETIC ? gflops : gigabytes;
    }
  }

  private final Map<Integer, Peak> peaks = new TreeMap<>();

  /** Measured on first use. */
  Peak peak(int threads) {
    return peaks.computeIfAbsent(threads, Machine::measure);
  }

  private static Peak measure(int threads) {
    try (Workers workers = new Workers(threads)) {
      return new Peak(multiplyAdds(workers), copy(workers));
    }
  }

  /** GFLOP/s of fused multiply-adds on all threads: the best of several tries. */
  static double multiplyAdds(Workers workers) {
    float[] sink = new float[workers.threads()];
    double best = 0;
    for (int i = 0; i < TRIES; i++) {
      long start = System.nanoTime();
      workers.run(sink.length, t -> sink[t] = MultiplyAddPeak.run(ROUNDS));
      double rate =
          sink.length * MultiplyAddPeak.flops(ROUNDS) / (double) (System.nanoTime() - start);
      best = Math.max(best, rate);
    }
    return best;
  }

  /** GB/s read and written by a copy on all threads: the best of several tries. */
  static double copy(Workers workers) {
    int parts = workers.threads();
    float[] source = Data.signed(1, COPY_FLOATS);
    float[] target = new float[COPY_FLOATS];
    int part = COPY_FLOATS / parts;
    double best = 0;
    for (int i = 0; i < TRIES; i++) {
      long start = System.nanoTime();
      workers.run(parts, t -> System.arraycopy(source, t * part, target, t * part, part));
      best = Math.max(best, 8.0 * part * parts / (System.nanoTime() - start));
    }
    return best;
  }

  /** Processor, cores, operating system, JVM. */
  static String describe() {
    return "%s, %d cores; %s; %s %s"
        .formatted(
            processor(),
            Runtime.getRuntime().availableProcessors(),
            System.getProperty("os.name") + " " + System.getProperty("os.arch"),
            System.getProperty("java.vm.name"),
            System.getProperty("java.vm.version"));
  }

  private static String processor() {
    Path info = Path.of("/proc/cpuinfo");
    if (Files.isReadable(info)) {
      try (Stream<String> lines = Files.lines(info, StandardCharsets.UTF_8)) {
        return lines
            .filter(line -> line.startsWith("model name"))
            .map(line -> line.substring(line.indexOf(':') + 1).strip())
            .findFirst()
            .orElse("unknown processor");
      } catch (IOException e) {
        return "unknown processor";
      }
    }
    return "unknown processor";
  }
}
