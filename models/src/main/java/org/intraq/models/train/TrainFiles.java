package org.intraq.models.train;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.intraq.autograd.optim.Optimizer;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Network;
import org.intraq.models.net.Weights;
import org.intraq.tensor.backend.MemoryOps;

/**
 * The files of a run: weights {@code F}, log {@code F.log.jsonl}, and the state to go on from,
 * {@code F.state}, which disappears when the run has ended. Each is replaced as a whole, the state
 * before the weights: there is never a file that stands in the way of both a new start and a
 * resumption.
 */
public final class TrainFiles {
  private static final String RUN_KEY = "run";
  private static final String EPOCH_KEY = "epoch";
  private static final String STEPS_KEY = "steps";
  private static final String OPTIMIZER = "optimizer.";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path weights;

  /** The files around the weights {@code weights}. */
  public TrainFiles(Path weights) {
    this.weights = weights;
  }

  /** The weights, which are what a run is for. */
  public Path weights() {
    return weights;
  }

  /** The state after the last finished epoch. */
  public Path state() {
    return beside(".state");
  }

  /** One JSON object a line and epoch. */
  public Path log() {
    return beside(".log.jsonl");
  }

  private Path beside(String suffix) {
    return weights.resolveSibling(weights.getFileName() + suffix);
  }

  /** What {@link #restore} gives back besides the optimiser's state. */
  record Restored(Weights weights, int epoch, List<EpochLog> log) {}

  void save(
      String run,
      int epoch,
      Weights current,
      Optimizer optimizer,
      MemoryOps memory,
      List<EpochLog> log) {
    List<NamedTensor> tensors = new ArrayList<>();
    current
        .entries()
        .forEach((name, e) -> tensors.add(NamedTensor.ofFloats(name, e.values(), e.shape())));
    optimizer
        .state()
        .forEach(
            (name, t) -> {
              float[] values = new float[t.size()];
              memory.download(t, values, 0);
              tensors.add(NamedTensor.ofFloats(OPTIMIZER + name, values, t.shape().toArray()));
            });
    Map<String, String> metadata = new TreeMap<>();
    metadata.put(RUN_KEY, run);
    metadata.put(EPOCH_KEY, Integer.toString(epoch));
    metadata.put(STEPS_KEY, Integer.toString(optimizer.steps()));
    metadata.put("log", lines(log));
    SafetensorsWriter.write(state(), tensors, metadata);
    writeLog(log);
  }

  /** Whether nothing was written yet: a run that was stopped before its first epoch ended. */
  public boolean untouched() {
    return !Files.exists(state()) && !Files.exists(weights);
  }

  /**
   * Reads the state, the optimiser's into the optimiser.
   *
   * @throws WeightFileException if there is none, or it is another run's
   */
  Restored restore(String run, Network network, Optimizer optimizer, MemoryOps memory) {
    if (!Files.exists(state())) {
      throw new WeightFileException(
          state().toString(),
          Files.exists(weights)
              ? "no state to resume from, for the run that wrote the weights has ended; give another --out"
              : "no state to resume from; start without --resume");
    }
    TensorFile file = WeightFiles.open(state());
    String theirs = file.metadata().getOrDefault(RUN_KEY, "");
    if (!theirs.equals(run)) {
      throw new WeightFileException(
          state().toString(),
          "is the state of another run; give the same options as then (%s), not (%s)"
              .formatted(theirs, run));
    }
    Weights restored = new Weights();
    network
        .tensors()
        .forEach((name, shape) -> restored.put(name, shape, file.tensor(name).toFloats()));
    optimizer
        .state()
        .forEach((name, t) -> memory.upload(file.tensor(OPTIMIZER + name).toFloats(), 0, t));
    try {
      optimizer.restoreSteps(Integer.parseInt(file.metadata().getOrDefault(STEPS_KEY, "")));
      int epoch = Integer.parseInt(file.metadata().getOrDefault(EPOCH_KEY, ""));
      List<EpochLog> log = new ArrayList<>();
      for (String line : file.metadata().getOrDefault("log", "").lines().toList()) {
        log.add(JSON.readValue(line, EpochLog.class));
      }
      return new Restored(restored, epoch, log);
    } catch (NumberFormatException | JsonProcessingException e) {
      throw new WeightFileException(state().toString(), "is damaged; start anew", e);
    }
  }

  private static String lines(List<EpochLog> log) {
    StringBuilder text = new StringBuilder();
    for (EpochLog epoch : log) {
      try {
        text.append(JSON.writeValueAsString(epoch)).append('\n');
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("training log: " + epoch, e);
      }
    }
    return text.toString();
  }

  private void writeLog(List<EpochLog> log) {
    Path temporary = beside(".log.jsonl.tmp");
    try {
      Files.writeString(temporary, lines(log));
      Files.move(temporary, log(), StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new WeightFileException(log().toString(), "cannot be written: " + e.getMessage(), e);
    }
  }

  /** Ends the run: nothing is left to resume. */
  void finish() {
    try {
      Files.deleteIfExists(state());
    } catch (IOException e) {
      throw new WeightFileException(state().toString(), "cannot be deleted: " + e.getMessage(), e);
    }
  }
}
