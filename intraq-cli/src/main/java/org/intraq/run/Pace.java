package org.intraq.run;

import java.time.Duration;
import java.util.Locale;

/** How long work takes and what is left of it. */
final class Pace {
  private final long start = System.nanoTime();
  private final int before;
  private final int total;
  private int done;

  /** Starts with {@code before} of {@code total} units done earlier. */
  Pace(int before, int total) {
    this.before = before;
    this.total = total;
    this.done = before;
  }

  void tick() {
    done++;
  }

  double seconds() {
    return (System.nanoTime() - start) / 1e9;
  }

  double perUnit() {
    return seconds() / Math.max(1, done - before);
  }

  /** As {@code 12 min left}. */
  String left() {
    return text(perUnit() * (total - done)) + " left";
  }

  static String text(double seconds) {
    Duration d = Duration.ofSeconds(Math.round(seconds));
    if (d.toHours() > 0) {
      return "%d h %d min".formatted(d.toHours(), d.toMinutesPart());
    }
    return d.toMinutes() > 0
        ? "%d min %d s".formatted(d.toMinutes(), d.toSecondsPart())
        : d.toSeconds() + " s";
  }

  /** Megabytes with one digit. */
  static String megabytes(long bytes) {
    return String.format(Locale.ROOT, "%.1f MB", bytes / 1e6);
  }
}
