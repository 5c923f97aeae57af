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
 * The figures as a file: {@code machine}, {@code rows} of {group, shape, impl, threads, nanos,
 * gflops, gbytes, share}, {@code geomeans} of {group, peer, threads, speed_ratio, worst, ...}.
 * {@code gflops} is 0 where memory is the limit, {@code gbytes} (GB/s) where arithmetic is.
 */
final class JsonReport {
  private static final ObjectMapper MAPPER = new ObjectMapper();

  private JsonReport() {}

  /** Writes the file anew, whole or not at all. */
  static void write(
      Path file, Machine machine, List<Integer> threads, List<String> peers, List<Measured> all)
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
    ArrayNode rows = root.putArray("rows");
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
          .put("cases", g.cases());
    }
    Path temporary = file.resolveSibling(file.getFileName() + ".tmp");
    Files.writeString(
        temporary, MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(root) + "\n");
    Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
  }

  private static void row(ArrayNode rows, Machine machine, Measured m, String impl, double nanos) {
    Work work = m.problem().work();
    boolean arithmetic = work.limit() == Work.Limit.ARITHMETIC;
    double rate = work.rate(nanos);
    rows.addObject()
        .put("group", m.problem().group())
        .put("shape", m.problem().shape())
        .put("impl", impl)
        .put("threads", m.threads())
        .put("nanos", nanos)
        .put("gflops", arithmetic ? rate : 0)
        .put("gbytes", arithmetic ? 0 : rate)
        .put("share", rate / machine.peak(m.threads()).of(work.limit()));
  }
}
