package org.intraq.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.export.OnnxExport;
import org.intraq.models.names.Pretrained;
import org.intraq.quantize.QuantizedFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intraq export}: a network for other engines. */
@Command(
    name = "export",
    description = {
      "Writes a network as ONNX (opset 21): images [N, C, H, W], preprocessed, to logits.",
      "A quantized network becomes QuantizeLinear/DequantizeLinear pairs: weights of 4 bits as INT4,",
      "others in 8-bit containers, activations of fewer than 8 bits behind a Clip."
    },
    mixinStandardHelpOptions = true)
final class ExportCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;
  @Mixin private CommonOptions.OutputOptions output;

  @Option(
      names = "--onnx",
      paramLabel = "OUT",
      required = true,
      description = "The ONNX file to write.")
  private Path onnx;

  @Option(
      names = "--quantized",
      paramLabel = "FILE",
      description = "A quantized network, as 'quantize' writes it, instead of --weights.")
  private Path quantized;

  @Option(
      names = "--symmetric-weights",
      description = {
        "Weights around 0 in 8 bits, for engines that know no zero point of weights. Exact up to 7",
        "bits; 8-bit weights are rounded anew. Layers with 8-bit inputs keep their bias as an input,",
        "so that engines can compute them in 8 bits, for which they round it. With weights of more",
        "than 6 bits and inputs of 8, ONNX Runtime may clamp sums on x86 processors without VNNI."
      })
  private boolean symmetric;

  @Override
  public Integer call() {
    output.start();
    Path folder = onnx.toAbsolutePath().getParent();
    if (Files.isDirectory(onnx) || !Files.isDirectory(folder)) {
      throw new UserException(
          "--onnx " + onnx + ": expected the name of a file in a folder that exists");
    }
    requireAnother(quantized);
    requireAnother(model.weights());
    String name;
    OnnxExport.Summary summary;
    if (quantized != null) {
      model.requireQuantizedAlone();
      model.requireNoPreprocessing();
      QuantizedFile.Content content = QuantizedFile.read(quantized);
      name = content.network().name() + " " + content.plan().describe();
      summary = OnnxExport.write(onnx, content, symmetric);
    } else {
      if (symmetric) {
        throw new UserException("--symmetric-weights: only for a network given by --quantized");
      }
      Pretrained p = model.loadWithPreprocessing();
      name = p.network().name();
      summary = OnnxExport.write(onnx, p.network(), p.weights(), p.preprocessing().toMetadata());
    }
    report(name, summary);
    return 0;
  }

  /** The network that is exported would be gone. */
  private void requireAnother(Path source) {
    try {
      if (source != null && Files.exists(onnx) && Files.isSameFile(onnx, source)) {
        throw new UserException("--onnx " + onnx + ": is the network itself; name another file");
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void report(String name, OnnxExport.Summary summary) {
    long bytes;
    try {
      bytes = Files.size(onnx);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (output.json()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", onnx.toString());
      object.put("model", name);
      object.put("bytes", bytes);
      object.put("quantized_weights", summary.quantizedWeights());
      object.put("notes", summary.notes());
      output.printJson(object);
      return;
    }
    output
        .out()
        .printf(
            "%s: %s, %,d bytes, %d quantized weight tensors%n",
            onnx, name, bytes, summary.quantizedWeights());
    summary.notes().forEach(note -> output.out().println("  " + note));
  }
}
