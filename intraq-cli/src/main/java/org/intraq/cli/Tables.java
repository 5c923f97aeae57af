package org.intraq.cli;

import java.util.List;
import java.util.Locale;

/** Accuracies as text. */
final class Tables {
  private Tables() {}

  /** One line a row, columns aligned. */
  static String of(List<Job.Row> rows) {
    int name = rows.stream().mapToInt(r -> r.name().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Job.Row r : rows) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-" + Math.max(1, name) + "s  %-5s  top-1 %6.2f %%  (%d of %d)%n",
              r.name(),
              r.bits(),
              r.percent(),
              r.top1(),
              r.images()));
    }
    return text.toString();
  }
}
