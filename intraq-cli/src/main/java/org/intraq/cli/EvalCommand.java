package org.intraq.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.data.Split;
import org.intraq.models.eval.Classifier;
import org.intraq.models.eval.Evaluation;
import org.intraq.models.eval.Evaluator;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.backend.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intraq eval}: how often a network is right. */
@Command(
    name = "eval",
    description = "Measures top-1 and top-5 accuracy of a network on labelled images.",
    mixinStandardHelpOptions = true)
final class EvalCommand implements Callable<Integer> {
  private static final int LARGEST_BATCH = 1 << 16;

  @Mixin private ModelOptions model;
  @Mixin private EngineOptions engine;
  @Mixin private CommonOptions common;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      required = true,
      description = {
        "Labelled images: a CIFAR .bin, an idx file or a folder holding a pair,",
        "a folder with a folder for each class, or a CSV of path,label."
      })
  private String data;

  @Option(
      names = "--quantized",
      paramLabel = "FILE",
      description = "Evaluate a quantized network, as 'quantize' writes it, instead of --weights.")
  private Path quantized;

  @Option(names = "--limit", paramLabel = "N", description = "Evaluate the first N images only.")
  private Integer limit;

  @Option(
      names = "--batch",
      paramLabel = "N",
      description = "Images computed at a time (default: 128, or 16 from 64x64 pixels on).")
  private Integer batch;

  @Override
  public Integer call() {
    common.output().start();
    if (limit != null && limit < 1) {
      throw new UserException("--limit: expected a number above 0, got " + limit);
    }
    if (batch != null && (batch < 1 || batch > LARGEST_BATCH)) {
      throw new UserException(
          "--batch: expected a number from 1 to %d, got %d".formatted(LARGEST_BATCH, batch));
    }
    if (quantized != null) {
      evaluateQuantized();
      return 0;
    }
    engine.requireUnused();
    Pretrained pretrained = model.load();
    Preprocessing preprocessing = model.preprocessing(pretrained);
    ImageDataset images = Datasets.open(data, Split.TEST);
    DataNotes.print(images, pretrained.network(), common.err());
    Evaluation result;
    try (Backend backend = common.open();
        Parameters parameters =
            new Parameters(backend, pretrained.network(), pretrained.weights(), false)) {
      result =
          evaluate(
              pretrained.network(), Classifier.of(parameters, Hooks.NONE), images, preprocessing);
    }
    print(pretrained.network().name(), null, preprocessing, result);
    return 0;
  }

  private void evaluateQuantized() {
    model.requireQuantizedAlone();
    QuantizedFile.Content content = QuantizedFile.read(quantized);
    Preprocessing preprocessing = model.preprocessing(content.network(), content.preprocessing());
    ImageDataset images = Datasets.open(data, Split.TEST);
    DataNotes.print(images, content.network(), common.err());
    Evaluation result;
    try (Backend backend = common.open();
        EngineOptions.Running running =
            engine.start(backend, content.with(preprocessing), size(preprocessing))) {
      result = evaluate(content.network(), running.classifier(), images, preprocessing);
    }
    print(content.network().name(), content.plan(), preprocessing, result);
  }

  private int size(Preprocessing preprocessing) {
    return batch != null ? batch : preprocessing.size() < 64 ? 128 : 16;
  }

  /** No tensor of a batch has more elements than an array. */
  static void requireAddressable(Network network, int size) {
    long largest =
        network.all(Node.Conv.class).stream()
            .map(Node.Conv::geometry)
            .mapToLong(g -> (long) g.outH() * g.outW() * g.oc())
            .max()
            .orElse(1);
    long most = Math.max(1, Integer.MAX_VALUE / Math.max(1, largest));
    if (size > most) {
      throw new UserException(
          "--batch: %s computes at most %d images at a time, got %d"
              .formatted(network.name(), most, size));
    }
  }

  private Evaluation evaluate(
      Network network, Classifier classifier, ImageDataset images, Preprocessing preprocessing) {
    int size = size(preprocessing);
    requireAddressable(network, size);
    int first = limit == null ? 0 : limit;
    int count = first == 0 ? images.size() : Math.min(first, images.size());
    try (Progress bar = Progress.start("evaluating", count, "images")) {
      return Evaluator.run(
          classifier, images, preprocessing, new Evaluator.Options(size, first), bar::at);
    }
  }

  private void print(String name, BitPlan plan, Preprocessing preprocessing, Evaluation result) {
    if (common.json()) {
      Map<String, Object> object = json(name, preprocessing, result);
      if (plan != null) {
        object.put("bits", plan.common().toString());
        object.put("other_bits_in_some_layers", !plan.isUniform());
        object.put("engine", engine.name());
        object.put("all_integer", engine.allInteger());
      }
      common.printJson(object);
      return;
    }
    common
        .out()
        .printf(
            "%s: top-1 %d of %d (%.2f %%), top-5 %d (%.2f %%), loss %.4f%n",
            plan == null ? name : name + " " + plan.describe() + " (" + engine.describe() + ")",
            result.top1(),
            result.images(),
            result.percent(),
            result.top5(),
            100.0 * result.top5() / result.images(),
            result.loss());
    common
        .out()
        .printf(
            "%.1f s, %.1f images/s; the fastest batch %.1f images/s%n",
            result.seconds(), result.imagesPerSecond(), result.fastest());
    DataNotes.printSkipped(result.skipped(), common.err());
  }

  /** The object that {@code --json} prints, for any command that evaluates. */
  static Map<String, Object> json(String model, Preprocessing preprocessing, Evaluation result) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", model);
    object.put("images", result.images());
    object.put("top1", result.top1());
    object.put("top5", result.top5());
    object.put("loss", Double.isFinite(result.loss()) ? result.loss() : null);
    object.put("seconds", result.seconds());
    object.put("images_per_second", result.imagesPerSecond());
    object.put("images_per_second_fastest_batch", result.fastest());
    object.put("skipped", result.skipped().size());
    object.put("preprocessing", preprocessing.toString());
    return object;
  }
}
