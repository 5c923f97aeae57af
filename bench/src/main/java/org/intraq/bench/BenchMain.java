package org.intraq.bench;

import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.intraq.bench.guard.Recorder;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Peer;
import org.intraq.bench.kernel.lowbit.Strategies;
import org.intraq.bench.step.StepCase;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code intraq bench}. */
@Command(
    name = "intraq bench",
    mixinStandardHelpOptions = true,
    description = {
      "Times kernels and whole steps, side by side with other libraries.",
      "A share is that of this machine's measured peak: multiply-adds, or a copy of memory."
    },
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:all measured",
      "1:a case failed, its result was wrong, or there was no time for it",
      "2:the command could not be understood"
    },
    footer = {
      "",
      "  intraq bench --quick --peers",
      "  intraq bench --filter conv3x3,gemm/square --threads 1 --json figures.json"
    })
public final class BenchMain implements Callable<Integer> {
  private static final int FAILED = 1;
  private static final int USAGE = 2;

  /** With the start and what cannot be interrupted this stays under four minutes. */
  private static final double QUICK_SECONDS = 210;

  @Option(
      names = "--filter",
      split = ",",
      paramLabel = "TEXT",
      description = "Only cases whose group/shape contains one of these texts.")
  private List<String> filters = List.of();

  @Option(
      names = "--peers",
      description = "Also PyTorch and ONNX Runtime (fetched by the build on first use).")
  private boolean peers;

  @Option(names = "--reference", description = "Also the plain-loop reference (slow).")
  private boolean reference;

  @Option(
      names = "--quick",
      description = "A few cases of each group, briefly; ends within four minutes.")
  private boolean quick;

  @Option(
      names = "--seconds",
      paramLabel = "N",
      description = "Shares so much time among the cases: fewer rounds where it is short.")
  private double seconds = Double.POSITIVE_INFINITY;

  @Option(
      names = "--threads",
      split = ",",
      paramLabel = "N",
      description = "Numbers of threads (default: 1, and 2 where there are two cores).")
  private List<Integer> threads = List.of();

  @Option(names = "--json", paramLabel = "FILE", description = "Writes the figures to a file.")
  private Path json;

  @Option(
      names = "--record-guard",
      paramLabel = "FILE",
      description = "Records the shares that the guard in CI holds kernels against.")
  private Path shares;

  @Option(
      names = "--steady",
      description = {
        "Whole steps over 100 iterations in JVMs of their own: the 10th against the last, what",
        "an iteration allocates, the most memory."
      })
  private boolean steady;

  @Option(
      names = "--strategies",
      description = {
        "The ways to multiply codes of few bits side by side, one thread; --filter",
        "chooses shapes."
      })
  private boolean strategies;

  @Option(names = "--list", description = "Names the cases and ends.")
  private boolean list;

  @Spec private CommandLine.Model.CommandSpec spec;

  private BenchMain() {}

  /** Runs the command. */
  public static void main(String[] args) {
    Locale.setDefault(Locale.ROOT);
    PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
    PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
    System.exit(run(out, err, args));
  }

  /** Runs the command; the exit code. */
  static int run(PrintWriter out, PrintWriter err, String... args) {
    CommandLine line =
        new CommandLine(new BenchMain())
            .setOut(out)
            .setErr(err)
            .setUsageHelpLongOptionsMaxWidth(32)
            .setUsageHelpWidth(100)
            .setParameterExceptionHandler(
                (e, unused) -> {
                  e.getCommandLine().getErr().println("intraq bench: " + e.getMessage());
                  return USAGE;
                })
            .setExecutionExceptionHandler(
                (e, command, unused) -> {
                  command.getErr().println("intraq bench: " + e.getMessage());
                  return e instanceof IOException ? USAGE : FAILED;
                });
    return line.execute(args);
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    checkCombinations();
    List<Case> cases = strategies ? List.of() : cases();
    if (list) {
      checkFilters(cases);
      cases.forEach(problem -> out.println(problem.id()));
      return 0;
    }
    if (shares != null) {
      Recorder.record(shares, Catalogue::get, Machine.describe(), out::println);
      return 0;
    }
    if (strategies) {
      Strategies.print(out, filters);
      return 0;
    }
    checkOptions(cases);
    List<Peer> found = peers ? Implementation.peers() : List.of();
    List<String> versions = found.stream().map(Peer::describe).toList();
    if (steady) {
      return steadiness(out, cases, implementations(found)) ? 0 : FAILED;
    }
    Machine machine = new Machine();
    Report report = new Report(out, machine);
    report.head(threadCounts(), versions);
    double limit = quick ? Math.min(QUICK_SECONDS, seconds) : seconds;
    Suite suite =
        new Suite(
            quick ? Effort.QUICK : Effort.FULL,
            Budget.of(limit, cases, threadCounts().size()),
            report,
            progress(),
            (all, failures) -> {
              if (json != null) {
                JsonReport.write(json, machine, threadCounts(), versions, all, failures);
              }
            });
    List<Measured> all =
        suite.run(
            Double.isInfinite(limit) ? cases : Budget.oneOfEachGroupFirst(cases),
            implementations(found),
            threadCounts());
    report.geomeans(Geomean.of(all));
    suite.failures().forEach(spec.commandLine().getErr()::println);
    return suite.failures().isEmpty() ? 0 : FAILED;
  }

  /** Whether all rows could be measured; those that could not are told of, and cost no other. */
  private boolean steadiness(PrintWriter out, List<Case> cases, List<String> implementations) {
    out.println(Steadiness.head());
    boolean all = true;
    for (Case problem : cases) {
      for (int t : threadCounts()) {
        for (String implementation : implementations) {
          if (implementation.equals(Implementation.F32)) {
            continue; // A step is computed in full precision already.
          }
          try {
            Steadiness found = Steadiness.inOwnJvm(problem, implementation, t);
            if (!found.absent()) {
              out.println(found.row(problem.id(), implementation, t));
            }
          } catch (IllegalStateException e) {
            all = false;
            spec.commandLine()
                .getErr()
                .printf("bench: %s, %s, %d threads: %s%n", problem.id(), implementation, t, e);
          }
        }
      }
    }
    return all;
  }

  private List<String> implementations(List<Peer> found) {
    List<String> names = new ArrayList<>(List.of(Implementation.SIMD, Implementation.F32));
    if (reference) {
      names.add(Implementation.REFERENCE);
    }
    found.forEach(peer -> names.add(peer.name()));
    return names;
  }

  /** Where progress is shown: on a terminal only. */
  @SuppressWarnings("SystemConsoleNull") // JDK 25 does give null where there is no terminal
  private PrintWriter progress() {
    Console console = System.console();
    boolean terminal = console != null && console.isTerminal();
    return terminal ? spec.commandLine().getErr() : new PrintWriter(Writer.nullWriter());
  }

  private List<Case> cases() {
    return Catalogue.all().stream()
        .filter(problem -> !quick || problem.quick())
        .filter(problem -> !steady || problem instanceof StepCase)
        .filter(problem -> filters.isEmpty() || filters.stream().anyMatch(problem.id()::contains))
        .toList();
  }

  private List<Integer> threadCounts() {
    if (!threads.isEmpty()) {
      return threads;
    }
    return Runtime.getRuntime().availableProcessors() > 1 ? List.of(1, 2) : List.of(1);
  }

  /** An option without effect is a figure that somebody waits for in vain. */
  private void checkCombinations() {
    if (steady && json != null) {
      throw usage("--steady has no --json; redirect its table");
    }
    if (json != null && (list || strategies || shares != null)) {
      throw usage("--json: only for figures; --list, --strategies and --record-guard have none");
    }
    if (shares != null && !filters.isEmpty()) {
      throw usage("--record-guard records all kernels of the guard; leave out --filter");
    }
  }

  private void checkFilters(List<Case> cases) {
    for (String filter : filters) {
      if (Catalogue.all().stream().noneMatch(problem -> problem.id().contains(filter))) {
        throw usage("no case contains '" + filter + "'; --list names them all");
      }
    }
    if (cases.isEmpty()) {
      throw usage(
          "no case contains "
              + filters
              + " and is one of "
              + (steady ? "--steady" : "--quick")
              + ", which '--list "
              + (steady ? "--steady" : "--quick")
              + "' names");
    }
  }

  private void checkOptions(List<Case> cases) {
    checkFilters(cases);
    if (!(seconds > 0)) {
      throw usage("--seconds: expected a positive number, got " + seconds);
    }
    for (int t : threads) {
      if (t < 1) {
        throw usage("--threads: expected numbers from 1 on, got " + t);
      }
    }
    if (peers && Implementation.peers().isEmpty()) {
      throw usage(
          "--peers: this build has none; start it as './intraq bench --peers' or build with"
              + " -Ppeers");
    }
    if (json != null && Files.exists(json) && !Files.isRegularFile(json)) {
      throw usage("--json: " + json + " is no file; name one to write");
    }
    if (json != null && !Files.isDirectory(json.toAbsolutePath().getParent())) {
      throw usage("--json: no folder " + json.toAbsolutePath().getParent() + "; create it first");
    }
    if (json != null) {
      try {
        JsonReport.requireWritable(json);
      } catch (IOException e) {
        throw usage("--json: " + json + " cannot be written (" + e + "); name another file");
      }
    }
  }

  private ParameterException usage(String message) {
    return new ParameterException(spec.commandLine(), message);
  }
}
