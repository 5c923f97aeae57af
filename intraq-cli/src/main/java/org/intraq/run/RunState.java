package org.intraq.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;

/** What an interrupted run goes on from: {@code state.safetensors}, replaced as a whole. */
final class RunState {
  private static final String FILE = "state.safetensors";
  private static final String RESULT = "result";

  /**
   * A state as read.
   *
   * @param stage {@code synthesis} or {@code quantize-w4a4} and the like
   * @param index batches finished
   * @param partial whether tensors of unfinished work are there
   */
  record Saved(
      String stage,
      int index,
      boolean partial,
      long metricsBytes,
      double seconds,
      TensorFile file) {
    /** What a finished stage found, as JSON. */
    Optional<String> result() {
      return Optional.ofNullable(file.metadata().get(RESULT));
    }
  }

  private RunState() {}

  static void save(
      RunFolder folder, String stage, int index, boolean partial, List<NamedTensor> tensors) {
    save(folder, stage, index, partial, tensors, new TreeMap<>());
  }

  /** Of a finished stage, with what it found. */
  static void saveFinished(RunFolder folder, String stage, String result) {
    save(folder, stage, 1, false, List.of(), new TreeMap<>(Map.of(RESULT, result)));
  }

  private static void save(
      RunFolder folder,
      String stage,
      int index,
      boolean partial,
      List<NamedTensor> tensors,
      Map<String, String> metadata) {
    metadata.put("stage", stage);
    metadata.put("index", Integer.toString(index));
    metadata.put("partial", Boolean.toString(partial));
    metadata.put("metrics_bytes", Long.toString(folder.metricsBytes()));
    metadata.put("seconds", Double.toString(folder.seconds()));
    List<NamedTensor> all = new ArrayList<>(tensors);
    if (all.isEmpty()) {
      all.add(NamedTensor.ofInts("none", new int[] {0}, 1));
    }
    SafetensorsWriter.write(folder.path(FILE), all, metadata);
  }

  static Optional<Saved> read(RunFolder folder) {
    Path path = folder.root().resolve(FILE);
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    TensorFile file = WeightFiles.open(path);
    Map<String, String> metadata = file.metadata();
    try {
      return Optional.of(
          new Saved(
              metadata.get("stage"),
              Integer.parseInt(metadata.get("index")),
              Boolean.parseBoolean(metadata.get("partial")),
              Long.parseLong(metadata.get("metrics_bytes")),
              Double.parseDouble(metadata.getOrDefault("seconds", "0")),
              file));
    } catch (NumberFormatException e) {
      throw new RunException(path + ": is damaged; start anew in another folder", e);
    }
  }
}
