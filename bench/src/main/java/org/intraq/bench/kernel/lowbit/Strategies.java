package org.intraq.bench.kernel.lowbit;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;
import org.intraq.tensor.kernel.lowbit.LowBitKernels;
import org.intraq.tensor.parallel.Workers;

/**
 * The strategies of the low-bit kernels beside one another and f32: one thread, one process, by
 * turns; 10^9 operations a second (a multiply-add is two), medians.
 *
 * <p>Everything takes about 80 seconds.
 */
public final class Strategies {
  private static final int ROUNDS = 9;
  private static final double WARM_UP_SECONDS = 0.3;
  private static final double ROUND_SECONDS = 0.025;

  private Strategies() {}

  private record Column(String name, Instance instance, double[] rates) {}

  /**
   * Prints a line for each shape and pair of widths.
   *
   * @param parts of the names of the cases to run; none for all
   * @throws IllegalStateException if two strategies give different results
   */
  public static void print(PrintWriter out, List<String> parts) {
    out.printf("%-30s %8s", "", "f32");
    for (var strategy : LowBitKernels.Strategy.values()) {
      out.printf(" %12s", strategy.name().toLowerCase(Locale.ROOT));
    }
    out.println("  chosen");
    try (CpuBackend backend = new CpuBackend(1);
        Workers workers = new Workers(1)) {
      for (LowBitCase problem : cases()) {
        if (parts.isEmpty() || parts.stream().anyMatch(problem.id()::contains)) {
          // The first rows have to get everything compiled.
          boolean early = problem.bits().weight() == 2;
          compare(out, problem, backend, workers, early ? 3 * WARM_UP_SECONDS : WARM_UP_SECONDS);
        }
      }
    }
  }

  private static List<LowBitCase> cases() {
    List<LowBitCase> cases = new ArrayList<>();
    for (int width : new int[] {2, 3, 4, 8}) {
      CodeBits bits = new CodeBits(width, width);
      add(cases, "1024x576x64", LowBitConvolution.gemm(1024, 576, 64), bits);
      add(cases, "784x1152x128", LowBitConvolution.gemm(784, 1152, 128), bits);
      add(cases, "512x1024x512", LowBitConvolution.gemm(512, 1024, 512), bits);
      add(cases, "3x3/2 28x28x128", Conv2dShape.of(1, 28, 28, 128, 128, 3, 2, 1), bits);
      add(cases, "3x3 28x28x128", Conv2dShape.of(1, 28, 28, 128, 128, 3, 1, 1), bits);
    }
    return cases;
  }

  private static void add(List<LowBitCase> cases, String name, Conv2dShape shape, CodeBits bits) {
    String group = shape.kh() == 1 ? "low-bit-gemm" : "low-bit-conv";
    cases.add(new LowBitCase(group, name, shape, bits, false));
  }

  private static void compare(
      PrintWriter out, LowBitCase problem, CpuBackend backend, Workers workers, double warmUp) {
    List<Column> columns = new ArrayList<>();
    Case plain = problem.plain().orElseThrow();
    columns.add(new Column("f32", plain.make(backend), new double[ROUNDS]));
    float[] expected = null;
    for (var strategy : LowBitKernels.Strategy.values()) {
      if (!strategy.supports(problem.bits())) {
        columns.add(null);
        continue;
      }
      Instance instance = problem.make(LowBitKernels.convolution(workers, strategy));
      instance.run();
      float[] result = instance.result();
      expected = expected == null ? result : expected;
      Optional<String> difference = problem.difference(expected, result);
      if (difference.isPresent()) {
        throw new IllegalStateException(strategy + ": " + difference.get());
      }
      columns.add(new Column(strategy.name(), instance, new double[ROUNDS]));
    }
    for (Column column : columns) {
      if (column != null) {
        rate(column.instance, warmUp);
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (Column column : columns) {
        if (column != null) {
          column.rates[round] = rate(column.instance, ROUND_SECONDS);
        }
      }
    }
    print(out, problem, columns, problem.make(backend));
  }

  private static void print(
      PrintWriter out, LowBitCase problem, List<Column> columns, Instance chosen) {
    out.printf("%-30s", problem.shape());
    for (int i = 0; i < columns.size(); i++) {
      Column column = columns.get(i);
      if (column == null) {
        out.printf(" %12s", "-");
      } else {
        Arrays.sort(column.rates);
        double rate = column.rates[ROUNDS / 2] * problem.work().flops() / 1e9;
        out.printf(i == 0 ? " %8.0f" : " %12.0f", rate);
      }
    }
    out.println("  " + chosen.note());
  }

  /** Runs a second. */
  private static double rate(Instance instance, double seconds) {
    long begin = System.nanoTime();
    long end = begin + (long) (seconds * 1e9);
    int runs = 0;
    long now;
    do {
      instance.run();
      runs++;
      now = System.nanoTime();
    } while (now < end);
    return runs * 1e9 / (now - begin);
  }
}
