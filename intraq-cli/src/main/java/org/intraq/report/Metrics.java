package org.intraq.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The metrics of a run, read from {@code metrics.jsonl}. */
public final class Metrics {
  private static final Logger LOG = LoggerFactory.getLogger(Metrics.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final List<JsonNode> lines = new ArrayList<>();

  /** Reads a file; a line that a killed process left half written is left out. */
  public Metrics(Path file) {
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        add(line);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void add(String line) {
    try {
      lines.add(JSON.readTree(line));
    } catch (JsonProcessingException e) {
      LOG.debug("metrics: left out '{}'", line);
    }
  }

  /** The lines of one stage that have a value. */
  private List<JsonNode> of(String stage, String key, Predicate<JsonNode> more) {
    return lines.stream()
        .filter(l -> l.path("stage").asText().equals(stage) && l.path(key).isNumber())
        .filter(more)
        .toList();
  }

  /** One value over the iterations of a batch. */
  double[] batch(int batch, String key) {
    return of("synthesis", key, l -> l.path("batch").asInt() == batch).stream()
        .mapToDouble(l -> l.path(key).asDouble())
        .toArray();
  }

  /** One value over the steps of fine-tuning. */
  double[] training(String bits, String key) {
    return of("quantize-" + bits, key, l -> true).stream()
        .mapToDouble(l -> l.path(key).asDouble())
        .toArray();
  }
}
