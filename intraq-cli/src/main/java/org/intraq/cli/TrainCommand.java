package org.intraq.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.SkippedFile;
import org.intraq.models.data.Split;
import org.intraq.models.train.EpochLog;
import org.intraq.models.train.TrainConfig;
import org.intraq.models.train.TrainFiles;
import org.intraq.models.train.Trainer;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.backend.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intraq train}: a network from scratch. */
@Command(
    name = "train",
    description = {
      "Trains a network from scratch.",
      "SGD with Nesterov momentum, cosine schedule after a warm-up. Writes the weights OUT after",
      "each epoch, OUT.log.jsonl, and OUT.state to resume from."
    },
    mixinStandardHelpOptions = true)
final class TrainCommand implements Callable<Integer> {
  @Mixin private CommonOptions common;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      required = true,
      description = "The network, such as resnet20_cifar10.")
  private String model;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = "Training images, as for eval; of a folder with both parts, the training part.")
  private String data;

  @Option(
      names = "--test",
      paramLabel = "PATH",
      description = "Images to evaluate on; never trained on.")
  private String test;

  @Option(
      names = "--test-every",
      paramLabel = "N",
      description = "Epochs between evaluations with --test (default: 1).")
  private Integer testEvery;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      required = true,
      description = "The weights to write (safetensors).")
  private Path out;

  @Option(
      names = "--resume",
      description = "Go on from OUT.state; from the beginning if no epoch was finished.")
  private boolean resume;

  @Option(
      names = "--preprocessing",
      paramLabel = "WORDS",
      description = "What images go through, as for eval.")
  private String preprocessing;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      defaultValue = "30",
      description = "Default: ${DEFAULT-VALUE}.")
  private int epochs;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "128",
      description = "Images a step (default: ${DEFAULT-VALUE}).")
  private int batch;

  @Option(
      names = "--learning-rate",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "At its height (default: ${DEFAULT-VALUE}).")
  private double learningRate;

  @Option(
      names = "--warm-up",
      paramLabel = "EPOCHS",
      description = {
        "Epochs of linear rise, may be a fraction (default: 1, or half of --epochs if that is",
        "less)."
      })
  private Double warmUp;

  @Option(
      names = "--momentum",
      paramLabel = "X",
      defaultValue = "0.9",
      description = "Nesterov's (default: ${DEFAULT-VALUE}).")
  private double momentum;

  @Option(
      names = "--weight-decay",
      paramLabel = "X",
      defaultValue = "5e-4",
      description = "On all parameters (default: ${DEFAULT-VALUE}).")
  private double weightDecay;

  @Option(
      names = "--label-smoothing",
      paramLabel = "X",
      defaultValue = "0.1",
      description = "Default: ${DEFAULT-VALUE}.")
  private double labelSmoothing;

  @Option(
      names = "--crop-padding",
      paramLabel = "N",
      defaultValue = "4",
      description = "Zeros around an image before cropping at random (default: ${DEFAULT-VALUE}).")
  private int cropPadding;

  @Option(
      names = "--flip",
      negatable = true,
      defaultValue = "true",
      fallbackValue = "true",
      description = "Mirror every other image (default), or do not.")
  private boolean flip;

  @Option(
      names = "--note",
      paramLabel = "TEXT",
      description = "Kept in the weight file's metadata.")
  private String note;

  @Override
  public Integer call() {
    common.output().start();
    Zoo.Entry entry = ModelOptions.entry(model);
    TrainConfig config = config();
    TrainFiles files = new TrainFiles(out);
    checkOut(files);
    ImageDataset train = Datasets.open(data, Split.TRAIN);
    ImageDataset held = test == null ? null : Datasets.open(test, Split.TEST);
    List<EpochLog> log;
    try (Backend backend = common.open();
        ConsoleListener listener = new ConsoleListener(common, config.epochs())) {
      Trainer.Data all =
          new Trainer.Data(
              train,
              held,
              ModelOptions.override(entry.preprocessing(), preprocessing),
              testEvery == null ? 1 : testEvery);
      Trainer trainer = new Trainer(backend, entry, config, all, files, metadata(train), listener);
      DataNotes.printLeftOut(train, common.err());
      if (held != null) {
        DataNotes.print(held, entry.network(), common.err());
      }
      boolean fresh = files.untouched();
      if (resume && fresh) {
        common.err().println("no epoch of " + out + " was finished; starts from the beginning");
      }
      log = trainer.train(resume && !fresh);
    }
    if (common.json()) {
      common.printJson(json(log));
    }
    return 0;
  }

  private TrainConfig config() {
    if (testEvery != null && test == null) {
      throw new UserException("--test-every: there is nothing to evaluate on; give --test");
    }
    if (testEvery != null && testEvery < 1) {
      throw new UserException("--test-every: expected at least 1, got " + testEvery);
    }
    try {
      return new TrainConfig(
          epochs,
          batch,
          learningRate,
          warmUp != null ? warmUp : Math.clamp(epochs / 2.0, 0, 1),
          momentum,
          weightDecay,
          labelSmoothing,
          cropPadding,
          flip,
          common.seed());
    } catch (IllegalArgumentException e) {
      throw new UserException(e.getMessage(), e);
    }
  }

  /** Nothing that cost hours may be overwritten by a forgotten {@code --resume}. */
  private void checkOut(TrainFiles files) {
    Path folder = out.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder) || !Files.isWritable(folder)) {
      throw new UserException(folder + ": no folder that can be written to; name another --out");
    }
    if (!resume && (Files.exists(files.state()) || Files.exists(out))) {
      throw new UserException(
          "%s: exists already; give --resume to go on with it, or another --out"
              .formatted(Files.exists(files.state()) ? files.state() : out));
    }
  }

  private Map<String, String> metadata(ImageDataset train) {
    Map<String, String> metadata = new TreeMap<>();
    metadata.put("trained_by", "intraq " + Main.version());
    metadata.put("train_images", Integer.toString(train.size()));
    if (note != null) {
      metadata.put("note", note);
    }
    return metadata;
  }

  private Map<String, Object> json(List<EpochLog> log) {
    EpochLog last = log.getLast();
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", model);
    object.put("file", out.toString());
    object.put("epochs", last.epoch());
    object.put("loss", last.loss());
    object.put("top1", last.testTop1());
    object.put("images", last.testImages());
    object.put("seconds", log.stream().mapToDouble(EpochLog::seconds).sum());
    return object;
  }

  /** A bar for each epoch on a terminal, a line for each epoch everywhere. */
  private static final class ConsoleListener implements Trainer.Listener, AutoCloseable {
    private final CommonOptions common;
    private final int epochs;
    private Progress bar;

    ConsoleListener(CommonOptions common, int epochs) {
      this.common = common;
      this.epochs = epochs;
    }

    @Override
    public void resumed(int epoch) {
      common.err().printf("goes on after epoch %d/%d%n", epoch, epochs);
    }

    @Override
    public void skipped(List<SkippedFile> images) {
      close();
      DataNotes.printSkipped(images, common.err());
    }

    @Override
    public void step(int epoch, int step, int steps, double loss) {
      if (bar == null) {
        bar = Progress.start("epoch " + epoch + "/" + epochs, steps, "steps");
      }
      bar.at(step);
      bar.say(String.format("loss %.3f", loss));
    }

    @Override
    public void epoch(EpochLog log) {
      close();
      String test =
          log.testTop1() == null
              ? ""
              : String.format(
                  ", test %d of %d (%.2f %%)",
                  log.testTop1(), log.testImages(), 100.0 * log.testTop1() / log.testImages());
      common
          .err()
          .printf(
              "epoch %d/%d: loss %.4f, right %.2f %%%s, %.0f s, %.0f images/s%n",
              log.epoch(),
              epochs,
              log.loss(),
              100 * log.accuracy(),
              test,
              log.seconds(),
              log.imagesPerSecond());
    }

    @Override
    public void close() {
      if (bar != null) {
        bar.close();
        bar = null;
      }
    }
  }
}
