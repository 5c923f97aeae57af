package org.intraq.bench;

import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.intraq.bench.harness.Work;

/** The tables on the terminal. */
final class Report {
  /** Before the time of a case whose windows still drifted when its time was up. */
  private static final String UNSETTLED = "~ ";

  private final PrintWriter out;
  private final Machine machine;
  private String group = "";

  Report(PrintWriter out, Machine machine) {
    this.out = out;
    this.machine = machine;
  }

  /** The head: machine, peaks, peers. */
  void head(List<Integer> threads, List<String> peers) {
    out.println(Machine.describe());
    for (int t : threads) {
      Machine.Peak peak = machine.peak(t);
      out.printf(
          Locale.ROOT,
          "peak with %d thread%s: %.0f GFLOP/s of multiply-adds, %.1f GB/s copied (read +"
              + " written)%n",
          t,
          t == 1 ? "" : "s",
          peak.gflops(),
          peak.gigabytes());
    }
    peers.forEach(out::println);
    out.flush();
  }

  /** One case. */
  void row(Measured m) {
    if (!m.problem().group().equals(group)) {
      group = m.problem().group();
      out.printf(
          "%n%s%n%-62s %3s %12s %9s %-8s %6s  %s%n",
          group, "shape", "thr", "time", "rate", "", "share", "times as fast as");
    }
    Work work = m.problem().work();
    String first = m.nanos().keySet().iterator().next();
    double rate = m.rate(first);
    StringBuilder ratios = new StringBuilder();
    for (Map.Entry<String, Double> ratio : m.speedRatios().entrySet()) {
      String note = m.notes().getOrDefault(ratio.getKey(), "");
      ratios.append(
          String.format(
              Locale.ROOT,
              "%s %.2f%s  ",
              ratio.getKey(),
              ratio.getValue(),
              note.isEmpty() ? "" : " (" + note + ")"));
    }
    out.printf(
        Locale.ROOT,
        "%-62s %3d %12s %9.1f %-8s %5.0f%%  %s%n",
        m.problem().shape(),
        m.threads(),
        (m.settled() ? "" : UNSETTLED) + time(m.nanos().get(first)),
        rate,
        work.unit(),
        100 * rate / machine.peak(m.threads()).of(work.limit()),
        ratios.toString().stripTrailing());
    out.flush();
  }

  /** The groups' geometric means, and of how many cases; of these so many had not settled. */
  void geomeans(List<Geomean> means) {
    if (means.isEmpty()) {
      return;
    }
    out.printf(
        "%n%-18s %-12s %3s %10s %10s %10s  %s%n",
        "group", "against", "thr", "geomean", "cases", "worst", "at");
    for (Geomean g : means) {
      out.printf(
          Locale.ROOT,
          "%-18s %-12s %3d %10.2f %10s %10.2f  %s%n",
          g.group(),
          g.peer(),
          g.threads(),
          g.speedRatio(),
          g.cases() + (g.unsettled() == 0 ? "" : ", " + UNSETTLED + g.unsettled()),
          g.worst(),
          g.worstShape());
    }
    out.flush();
  }

  /** A time with a fitting unit. */
  static String time(double nanos) {
    if (nanos < 1e3) {
      return String.format(Locale.ROOT, "%.0f ns", nanos);
    }
    if (nanos < 1e6) {
      return String.format(Locale.ROOT, "%.2f us", nanos / 1e3);
    }
    return nanos < 1e9
        ? String.format(Locale.ROOT, "%.2f ms", nanos / 1e6)
        : String.format(Locale.ROOT, "%.3f s", nanos / 1e9);
  }
}
