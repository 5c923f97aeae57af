package org.intraq.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import org.intraq.bench.harness.Case;

/** Measures cases one after the other, each with all numbers of threads. */
final class Suite {
  private final Effort effort;
  private final Budget budget;
  private final Report report;
  private final PrintWriter progress;
  private final List<String> failures = new ArrayList<>();
  private final Keeper keeper;

  /** Keeps what is known so far, so that no break loses it. */
  @FunctionalInterface
  interface Keeper {
    /** All figures and failures so far; after each case. */
    void keep(List<Measured> all, List<String> failures) throws IOException;
  }

  Suite(Effort effort, Budget budget, Report report, PrintWriter progress, Keeper keeper) {
    this.keeper = keeper;
    this.effort = effort;
    this.budget = budget;
    this.report = report;
    this.progress = progress;
  }

  /** One sentence for each case that failed or that there was no time for. */
  List<String> failures() {
    return failures;
  }

  /** The figures of the cases that did not fail; each is reported when it is known. */
  List<Measured> run(List<Case> cases, List<String> implementations, List<Integer> threads)
      throws IOException {
    List<Measured> all = new ArrayList<>();
    long begin = System.nanoTime();
    for (int i = 0; i < cases.size(); i++) {
      Case problem = cases.get(i);
      long seconds = (System.nanoTime() - begin) / 1_000_000_000L;
      progress.printf(
          "\r%d of %d, %d:%02d  %s\033[K",
          i + 1, cases.size(), seconds / 60, seconds % 60, problem.id());
      progress.flush();
      measure(problem, implementations, threads, all);
      keeper.keep(all, failures);
    }
    progress.print("\r\033[K");
    progress.flush();
    return all;
  }

  private void measure(
      Case problem, List<String> implementations, List<Integer> threads, List<Measured> all) {
    boolean first = true;
    for (int t : threads) {
      double nanos = budget.next(problem);
      if (nanos <= 0) {
        failures.add("bench: no time left for " + problem.id() + " with " + t + " threads");
        continue;
      }
      try {
        Measured measured =
            new Comparison(effort, first, nanos).measure(problem, implementations, t);
        progress.print("\r\033[K");
        progress.flush();
        report.row(measured);
        all.add(measured);
      } catch (IllegalStateException | IllegalArgumentException e) {
        failures.add(e.getMessage());
        return;
      } catch (RuntimeException | OutOfMemoryError e) {
        // A defect of one case, or of a library: hours of other cases are not to be lost by it.
        failures.add("bench: " + problem.id() + " with " + t + " threads: " + e);
        return;
      }
      first = false;
    }
  }
}
