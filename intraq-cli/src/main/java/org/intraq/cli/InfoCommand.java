package org.intraq.cli;

import static java.util.stream.Collectors.joining;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.intraq.deploy.Compiler;
import org.intraq.deploy.Program;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.names.Pretrained;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.QuantizedFormat;
import org.intraq.quantize.QuantizedSummary;
import org.intraq.run.RunFolder;
import org.intraq.tensor.cpu.CpuBackend;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code intraq info}: what a weight file holds. */
@Command(
    name = "info",
    description = "Prints what a weight file holds and which network it fits.",
    mixinStandardHelpOptions = true)
final class InfoCommand implements Callable<Integer> {
  @Mixin private CommonOptions.OutputOptions output;

  @Parameters(paramLabel = "FILE", description = "A weight file of any format.")
  private Path path;

  @Option(
      names = "--plan",
      description = {
        "Print how the integer engine computes a quantized network: layer, kernel, bits, bytes of",
        "weights in memory, multiply-adds of an image."
      })
  private boolean plan;

  @Option(
      names = "--all-integer",
      description = "With --plan: the plan of 'eval --engine integer --all-integer'.")
  private boolean allInteger;

  @Override
  public Integer call() {
    output.start();
    if (plan) {
      printPlan();
      return 0;
    }
    if (allInteger) {
      throw new UserException("--all-integer: only together with --plan");
    }
    TensorFile file = WeightFiles.open(path);
    Optional<QuantizedSummary> quantized = QuantizedSummary.of(file);
    Optional<Pretrained.Identity> identity =
        quantized.isPresent() ? Optional.empty() : Pretrained.identify(file);
    if (output.json()) {
      output.printJson(json(file, identity, quantized));
    } else {
      print(file, identity, quantized);
    }
    if (quantized.isPresent()) {
      QuantizedFormat.requireReadable(file);
    }
    return 0;
  }

  private void printPlan() {
    QuantizedFile.Content content = QuantizedFile.read(path);
    try (CpuBackend backend = new CpuBackend(1)) {
      Program program = Compiler.compile(content, allInteger, backend.lowBitConvolution());
      if (output.json()) {
        output.printJson(PlanTable.json(program));
      } else {
        PlanTable.print(output.out(), program);
      }
    } catch (IllegalArgumentException e) {
      throw new UserException(path + ": " + e.getMessage(), e);
    }
  }

  private void print(
      TensorFile file,
      Optional<Pretrained.Identity> identity,
      Optional<QuantizedSummary> quantized) {
    var out = output.out();
    out.printf(
        "%s: %s, %d tensors, %,d elements, %,d bytes%n",
        file.name(),
        file.format().description(),
        file.tensors().size(),
        file.elements(),
        file.sizeBytes());
    if (quantized.isPresent()) {
      print(quantized.get());
    } else if (identity.isPresent()) {
      Pretrained.Identity i = identity.get();
      out.printf(
          "fits %s (names as in %s)%n  %s%n  %s%n",
          i.network(), i.origin(), i.architecture().text(), i.preprocessing());
    } else {
      out.println("fits no known network");
      Pretrained.nearMiss(file)
          .ifPresent(e -> out.println("  nearest: " + printable(e.getMessage())));
    }
    Map<String, String> rest = new LinkedHashMap<>(file.metadata());
    if (quantized.isPresent()) {
      rest.keySet().removeAll(QuantizedSummary.KEYS);
    }
    printMetadata(rest);
    int width = file.tensors().stream().mapToInt(t -> printable(t.name()).length()).max().orElse(0);
    for (NamedTensor t : file.tensors()) {
      out.printf(
          "%-" + Math.clamp(width, 1, 80) + "s  %-4s %s%n",
          printable(t.name()),
          t.type(),
          Arrays.toString(t.shape()));
    }
  }

  private void print(QuantizedSummary q) {
    var out = output.out();
    String what = Stream.of(q.network(), q.bits()).filter(s -> !s.isEmpty()).collect(joining(", "));
    out.println(
        printable("quantized " + (what.isEmpty() ? "network" : what))
            + "; for --quantized, not --weights");
    q.weightBits().forEach((layer, bits) -> out.println("  w" + bits + " " + printable(layer)));
    q.activationBits().forEach((name, bits) -> out.println("  a" + bits + " " + printable(name)));
    Stream.of(q.architecture(), q.preprocessing())
        .filter(s -> !s.isEmpty())
        .forEach(s -> out.println("  " + printable(s)));
  }

  /** The settings of the run that a quantized network comes from are many: --json has them. */
  private void printMetadata(Map<String, String> metadata) {
    var out = output.out();
    long settings = metadata.keySet().stream().filter(InfoCommand::isSetting).count();
    metadata.forEach(
        (key, value) -> {
          if (!isSetting(key)) {
            out.println("metadata " + printable(key) + ": " + printable(value));
          }
        });
    if (settings > 0) {
      out.printf(
          "metadata %s*: %d of the run that made it, see --json%n",
          RunFolder.METADATA_PREFIX, settings);
    }
  }

  private static boolean isSetting(String key) {
    return key.startsWith(RunFolder.METADATA_PREFIX);
  }

  /** Names and metadata come from a stranger; control characters could steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\R", " ").replaceAll("\\p{Cntrl}", "?");
  }

  private static Map<String, Object> json(
      TensorFile file,
      Optional<Pretrained.Identity> identity,
      Optional<QuantizedSummary> quantized) {
    List<Map<String, Object>> tensors = new ArrayList<>();
    for (NamedTensor t : file.tensors()) {
      Map<String, Object> tensor = new LinkedHashMap<>();
      tensor.put("name", t.name());
      tensor.put("type", t.type().name());
      tensor.put("shape", t.shape());
      tensors.add(tensor);
    }
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("file", file.name());
    object.put("format", file.format().name());
    object.put("elements", file.elements());
    object.put("bytes", file.sizeBytes());
    if (quantized.isPresent()) {
      QuantizedSummary q = quantized.get();
      object.put("model", q.network());
      object.put("architecture", q.architecture());
      object.put("preprocessing", q.preprocessing());
      object.put("bits", q.bits());
      object.put("weight_bits", q.weightBits());
      object.put("activation_bits", q.activationBits());
    } else {
      object.put("model", identity.map(Pretrained.Identity::network).orElse(null));
      object.put("architecture", identity.map(i -> i.architecture().text()).orElse(null));
      object.put("preprocessing", identity.map(i -> i.preprocessing().toString()).orElse(null));
    }
    object.put("metadata", file.metadata());
    object.put("tensors", tensors);
    return object;
  }
}
