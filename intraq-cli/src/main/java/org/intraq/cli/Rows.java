package org.intraq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.intraq.run.RunFolder;

/** Accuracies in a run's folder. */
final class Rows {
  /** All that a finished run measured. */
  static final String FILE = "accuracy.json";

  private Rows() {}

  static void write(RunFolder folder, String name, List<Job.Row> rows) {
    folder.writeJson(name, rows.stream().map(Job.Row::json).toList());
  }

  /**
   * What was written there; none if the file does not exist.
   *
   * @throws UserException if it is no such file
   */
  static List<Job.Row> read(Path file) {
    List<Job.Row> rows = new ArrayList<>();
    if (!Files.exists(file)) {
      return rows;
    }
    try {
      for (JsonNode row : new ObjectMapper().readTree(file.toFile())) {
        rows.add(
            new Job.Row(
                row.required("name").asText(),
                row.required("bits").asText(),
                row.required("top1").asInt(),
                row.required("images").asInt(),
                row.path("data").asText(null)));
      }
      return rows;
    } catch (IOException | IllegalArgumentException e) {
      throw new UserException(
          file + ": holds no accuracies (" + e.getMessage() + "); delete it to measure anew", e);
    }
  }
}
