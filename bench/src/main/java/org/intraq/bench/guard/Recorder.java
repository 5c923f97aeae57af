package org.intraq.bench.guard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Function;
import org.intraq.bench.harness.Case;

/** Writes the file of recorded shares anew, for the cases that are in it. */
public final class Recorder {
  private static final double SECONDS = 1.5;

  private Recorder() {}

  /** Measures on this machine, which should do nothing else, and writes {@code file}. */
  public static void record(
      Path file, Function<String, Case> catalogue, String machine, Consumer<String> log)
      throws IOException {
    StringBuilder text = new StringBuilder();
    text.append(
            "# Share of the machine's peak that each kernel reached with one thread (see Guard).\n")
        .append("# Recorded on ")
        .append(machine)
        .append('\n')
        .append("# To record anew, on a machine that does nothing else:\n")
        .append(
            "#   ./intraq bench --record-guard"
                + " bench/src/main/resources/org/intraq/bench/guard/shares.properties\n")
        .append(
            "# Another kernel is guarded by a line with its id (intraq bench --list) and any"
                + " number, then that command.\n");
    ShareMeter meter = new ShareMeter(catalogue, SECONDS);
    for (var before : Guard.recorded().entrySet()) {
      String id = before.getKey();
      double share = meter.share(id, Tier.SIMD, Double.POSITIVE_INFINITY);
      if (share == 0) {
        // A record of nothing would be reached by anything, for ever.
        throw new IllegalStateException(
            id + ": its vectors are objects in this run; nothing is recorded, try again");
      }
      if (share < Guard.FLOOR * before.getValue()) {
        log.accept(
            "# far below the %.3f of before; is something else running?"
                .formatted(before.getValue()));
      }
      String line = String.format(Locale.ROOT, "%s = %.3f", id.replace(":", "\\:"), share);
      log.accept(line);
      text.append(line).append('\n');
    }
    Path temporary =
        file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
    Files.writeString(temporary, text);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }
}
