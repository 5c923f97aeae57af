package org.intraq.cli;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import org.intraq.models.data.DataException;
import org.intraq.models.data.DecodedImage;
import org.intraq.models.data.ImageDecoder;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.eval.Classifier;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.backend.Backend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intraq predict}: what is on an image. */
@Command(
    name = "predict",
    description = {
      "Names the five likeliest classes of each image, with their probabilities.",
      "An image that cannot be read is named, the others are answered, and the exit code is 2."
    },
    mixinStandardHelpOptions = true)
final class PredictCommand implements Callable<Integer> {
  private static final int BEST = 5;

  @Mixin private ModelOptions model;
  @Mixin private EngineOptions engine;
  @Mixin private CommonOptions common;

  @Option(
      names = "--quantized",
      paramLabel = "FILE",
      description = "A quantized network, as 'quantize' writes it, instead of --weights.")
  private Path quantized;

  @Option(
      names = "--classes",
      paramLabel = "FILE",
      description = {
        "Names of the classes, one a line (CIFAR-10 and Fashion-MNIST are known by name)."
      })
  private Path classNames;

  @picocli.CommandLine.Parameters(
      paramLabel = "IMAGE",
      arity = "1..*",
      description = "JPEG or PNG files.")
  private List<Path> images;

  private record Guess(int index, String name, double probability) {
    Map<String, Object> json() {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("class", index);
      object.put("name", name);
      object.put("probability", probability);
      return object;
    }
  }

  @Override
  public Integer call() {
    common.output().start();
    if (quantized != null) {
      model.requireQuantizedAlone();
      QuantizedFile.Content content = QuantizedFile.read(quantized);
      String network = content.network().name();
      Preprocessing preprocessing = model.preprocessing(content.network(), content.preprocessing());
      var names =
          ClassNames.of(classNames, network, content.network().classes(), content.metadata());
      try (Backend backend = common.open();
          EngineOptions.Running running = engine.start(backend, content.with(preprocessing), 1)) {
        return predict(running.classifier(), preprocessing, names);
      }
    }
    engine.requireUnused();
    Pretrained p = model.load();
    var names = ClassNames.of(classNames, p.network().name(), p.network().classes(), p.metadata());
    try (Backend backend = common.open();
        Parameters parameters = new Parameters(backend, p.network(), p.weights(), false)) {
      return predict(Classifier.of(parameters, Hooks.NONE), model.preprocessing(p), names);
    }
  }

  /** All images, one by one; the exit code. */
  private int predict(Classifier classifier, Preprocessing preprocessing, ClassNames names) {
    float[] pixels = new float[preprocessing.outputLength()];
    float[] logits = new float[classifier.classes()];
    List<Map<String, Object>> results = new ArrayList<>();
    int code = 0;
    for (Path image : images) {
      Map<String, Object> result = new LinkedHashMap<>();
      result.put("image", image.toString());
      results.add(result);
      try {
        read(image, preprocessing, pixels);
      } catch (DataException | UserException | UncheckedIOException e) {
        code = Failures.report(e, common.output().verbose(), common.err());
        result.put("error", Failures.sentence(e));
        continue;
      }
      classifier.logits(pixels, 1, logits);
      List<Guess> guesses = best(logits, names);
      result.put("predictions", guesses.stream().map(Guess::json).toList());
      if (!common.json()) {
        print(image, guesses);
      }
    }
    if (common.json()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("engine", quantized == null ? "f32" : engine.name());
      object.put("all_integer", engine.allInteger());
      object.put("images", results);
      common.printJson(object);
    }
    return code;
  }

  private static void read(Path image, Preprocessing preprocessing, float[] pixels) {
    DecodedImage decoded = ImageDecoder.DEFAULT.decode(image);
    try {
      preprocessing.apply(decoded, pixels, 0);
    } catch (DataException e) {
      throw new UserException(image + ": " + e.getMessage(), e);
    }
  }

  private void print(Path image, List<Guess> guesses) {
    common.out().println(image);
    for (Guess g : guesses) {
      common
          .out()
          .printf(
              "  %6.2f %%  %s%n",
              100 * g.probability, g.name == null ? "class " + g.index : g.name);
    }
  }

  /** The five largest logits as softmax probabilities; the first among equals first. */
  private static List<Guess> best(float[] logits, ClassNames names) {
    double max = Double.NEGATIVE_INFINITY;
    for (float logit : logits) {
      max = Math.max(max, logit);
    }
    double sum = 0;
    for (float logit : logits) {
      sum += Math.exp(logit - max);
    }
    double largest = max;
    double total = sum;
    return IntStream.range(0, logits.length)
        .boxed()
        .sorted(Comparator.comparingDouble(i -> -logits[i]))
        .limit(BEST)
        .map(i -> new Guess(i, names.of(i), Math.exp(logits[i] - largest) / total))
        .toList();
  }
}
