package org.intraq.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.intraq.deploy.Compiler;
import org.intraq.deploy.Program;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.names.Pretrained;
import org.intraq.quantize.QuantizedFile;
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
    Optional<Pretrained.Identity> identity = Pretrained.identify(file);
    if (output.json()) {
      output.printJson(json(file, identity));
    } else {
      print(file, identity);
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

  private void print(TensorFile file, Optional<Pretrained.Identity> identity) {
    var out = output.out();
    out.printf(
        "%s: %s, %d tensors, %,d elements, %,d bytes%n",
        file.name(),
        file.format().description(),
        file.tensors().size(),
        file.elements(),
        file.sizeBytes());
    identity.ifPresentOrElse(
        i ->
            out.printf(
                "fits %s (names as in %s)%n  %s%n  %s%n",
                i.network(), i.origin(), i.architecture().text(), i.preprocessing()),
        () -> {
          out.println("fits no known network");
          Pretrained.nearMiss(file)
              .ifPresent(e -> out.println("  nearest: " + printable(e.getMessage())));
        });
    file.metadata()
        .forEach(
            (key, value) -> out.println("metadata " + printable(key) + ": " + printable(value)));
    int width = file.tensors().stream().mapToInt(t -> printable(t.name()).length()).max().orElse(0);
    for (NamedTensor t : file.tensors()) {
      out.printf(
          "%-" + Math.clamp(width, 1, 80) + "s  %-4s %s%n",
          printable(t.name()),
          t.type(),
          Arrays.toString(t.shape()));
    }
  }

  /** Names and metadata come from a stranger; control characters could steer the terminal. */
  private static String printable(String text) {
    return text.replaceAll("\\R", " ").replaceAll("\\p{Cntrl}", "?");
  }

  private static Map<String, Object> json(TensorFile file, Optional<Pretrained.Identity> identity) {
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
    object.put("model", identity.map(Pretrained.Identity::network).orElse(null));
    object.put("architecture", identity.map(i -> i.architecture().text()).orElse(null));
    object.put("preprocessing", identity.map(i -> i.preprocessing().toString()).orElse(null));
    object.put("metadata", file.metadata());
    object.put("tensors", tensors);
    return object;
  }
}
