package org.intraq.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import org.intraq.bench.harness.Work;

/**
 * The figures as a file: {@code results} of {group, shape, impl, threads, nanos, gflops, gbps,
 * share, settled}, {@code geomeans} of {group, peer, threads, speed_ratio, worst, worst_shape,
 * cases, unsettled}, {@code failures}: a sentence for each case without figures, {@code machine}.
 *
 * <p>{@code gbps}, in GB/s, is there where memory is the limit; {@code share} is that of the
 * machine's peak of the resource that limits; where not {@code settled}, the case's windows still
 * became faster or slower when its time was up.
 */
final class JsonReport {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonReport() {}

  /** Throws if the file could not be written, before hours were spent on what belongs into it. */
  static void requireWritable(Path file) throws IOException {
    Path temporary = temporary(file);
    Files.writeString(temporary, "");
    Files.delete(temporary);
  }

  private static Path temporary(Path file) {
    return file.resolveSibling(file.getFileName() + "." + ProcessHandle.current().pid() + ".tmp");
  }

  /** Writes the file anew, whole or not at all. */
  static void write(
      Path file,
      Machine machine,
      List<Integer> threads,
      List<String> peers,
      List<Measured> all,
      List<String> failed)
      throws IOException {
    ObjectNode root = MAPPER.createObjectNode();
    ObjectNode about = root.putObject("machine");
    about.put("description", Machine.describe());
    about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    ArrayNode peaks = about.putArray("peaks");
    for (int t : threads) {
      Machine.Peak peak = machine.peak(t);
      peaks
          .addObject()
          .put("threads", t)
          .put("gflops", peak.gflops())
          .put("copy_gbytes", peak.gigabytes());
    }
    ArrayNode versions = about.putArray("peers");
    peers.forEach(versions::add);
    ArrayNode rows = root.putArray("results");
    all.forEach(m -> m.nanos().forEach((impl, nanos) -> row(rows, machine, m, impl, nanos)));
    ArrayNode means = root.putArray("geomeans");
    for (Geomean g : Geomean.of(all)) {
      means
          .addObject()
          .put("group", g.group())
          .put("peer", g.peer())
          .put("threads", g.threads())
          .put("speed_ratio", g.speedRatio())
          .put("worst", g.worst())
          .put("worst_shape", g.worstShape())
          .put("cases", g.cases())
          .put("unsettled", g.unsettled());
    }
    ArrayNode failures = root.putArray("failures");
    failed.forEach(failures::add);
    Path temporary = temporary(file);
    try {
      Files.writeString(
          temporary, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
      Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  private static void row(ArrayNode rows, Machine machine, Measured m, String impl, double nanos) {
    Work work = m.problem().work();
    ObjectNode row =
        rows.addObject()
            .put("group", m.problem().group())
            .put("shape", m.problem().shape())
            .put("impl", impl)
            .put("threads", m.threads())
            .put("nanos", nanos)
            .put("gflops", work.flops() / nanos);
    if (work.limit() == Work.Limit.MEMORY) {
      row.put("gbps", work.bytes() / nanos);
    }
    row.put("share", work.rate(nanos) / machine.peak(m.threads()).of(work.limit()));
    row.put("settled", m.settled());
  }
}
