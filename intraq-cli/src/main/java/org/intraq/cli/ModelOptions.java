package org.intraq.cli;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Network;
import org.intraq.models.zoo.Zoo;
import org.intraq.quantize.QuantizedFormat;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Which network with which weights, and what images go through first. */
final class ModelOptions {
  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The network, such as resnet20_cifar10; found from the weights if left out.")
  private String model;

  @Option(
      names = "--weights",
      paramLabel = "FILE",
      description = "Weights: safetensors, PyTorch checkpoint (.pth, .th, zipped) or ONNX.")
  private Path weights;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = "--preprocessing",
      paramLabel = "WORDS",
      description = {
        "What images go through, if not what belongs to the weights: words of",
        "'resize=none|whole|short:N size=N pad=N channels=1|3 mean=R,G,B std=R,G,B'."
      })
  private String preprocessing;

  Path weights() {
    return weights;
  }

  /** What a command that resumes need not be told again. */
  Map<String, Object> remembered() {
    Map<String, Object> options = new LinkedHashMap<>();
    if (weights != null) {
      options.put("weights", weights.toAbsolutePath().normalize().toString());
    }
    if (model != null) {
      options.put("model", model);
    }
    if (preprocessing != null) {
      options.put("preprocessing", preprocessing);
    }
    return options;
  }

  /** Throws if options were given besides {@code --quantized} that only --weights have. */
  void requireQuantizedAlone() {
    if (weights != null) {
      throw new UserException("--quantized and --weights: give one of them");
    }
    if (model != null) {
      throw new UserException("--model: only for --weights; a quantized network's file names it");
    }
  }

  /** Throws if images were to go through something else than the file says. */
  void requireNoPreprocessing() {
    if (preprocessing != null) {
      throw new UserException(
          "--preprocessing: only for --weights; a quantized network has its own");
    }
  }

  /** Loads the weights, strictly. */
  Pretrained load() {
    if (weights == null) {
      throw new UserException("no weights: name a file with --weights");
    }
    if (model != null) {
      entry(model);
    }
    TensorFile file = WeightFiles.open(weights);
    if (QuantizedFormat.claims(file)) {
      throw new UserException(
          weights
              + ": is a quantized network, not the weights of one in full precision; eval, predict and"
              + " export take it as --quantized");
    }
    if (model == null) {
      warnOfOthers(file, command.commandLine().getErr());
    }
    return Pretrained.load(file, model);
  }

  /** Nothing in the file tells these networks apart, and the wrong one answers nonsense. */
  static void warnOfOthers(TensorFile file, PrintWriter err) {
    List<String> others = Pretrained.alike(file);
    if (!others.isEmpty()) {
      err.printf(
          "intraq: warning: %s: could as well be %s as %s; --model says which%n",
          file.name(),
          String.join(" or ", others),
          Pretrained.identify(file)
              .map(Pretrained.Identity::network)
              .orElse("what it is taken for"));
    }
  }

  /** The preprocessing of the weights with the user's words in place of its own. */
  Preprocessing preprocessing(Pretrained pretrained) {
    return preprocessing(pretrained.network(), pretrained.preprocessing());
  }

  /** A network's own preprocessing with the user's words in place of its own. */
  Preprocessing preprocessing(Network network, Preprocessing own) {
    Preprocessing result = override(own, preprocessing);
    var in = network.input();
    boolean fits = result.size() == in.h() && result.channels() == in.c();
    if (!fits && preprocessing == null) {
      throw new UserException(
          "no preprocessing is known for %s with images of %dx%d and %d channels; give --preprocessing 'size=%d channels=%d mean=... std=...'"
              .formatted(network.name(), in.h(), in.w(), in.c(), in.h(), in.c()));
    }
    if (!fits) {
      throw new UserException(
          "--preprocessing: %s takes images of %dx%d with %d channels, not %dx%d with %d"
              .formatted(
                  network.name(),
                  in.h(),
                  in.w(),
                  in.c(),
                  result.size(),
                  result.size(),
                  result.channels()));
    }
    return result;
  }

  /** Loads the weights together with the preprocessing that the user wants. */
  Pretrained loadWithPreprocessing() {
    Pretrained p = load();
    return new Pretrained(
        p.network(), p.architecture(), p.weights(), preprocessing(p), p.origin(), p.metadata());
  }

  static Preprocessing override(Preprocessing own, String words) {
    if (words == null) {
      return own;
    }
    Map<String, String> merged = new LinkedHashMap<>();
    for (String text : new String[] {own.toString(), words}) {
      for (String word : text.strip().split("\\s+")) {
        int equals = word.indexOf('=');
        merged.put(equals < 0 ? word : word.substring(0, equals), word);
      }
    }
    return Preprocessing.parse(String.join(" ", merged.values()));
  }

  /** The registry's entry of that name. */
  static Zoo.Entry entry(String model) {
    return Zoo.find(model)
        .orElseThrow(
            () ->
                new UserException(
                    "--model: expected one of "
                        + String.join(", ", Zoo.names())
                        + ", got '"
                        + model
                        + "'"));
  }
}
