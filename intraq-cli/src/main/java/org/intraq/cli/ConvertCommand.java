package org.intraq.cli;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.names.Pretrained;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code intraq convert}: any weight file to safetensors. */
@Command(
    name = "convert",
    description = {
      "Converts a weight file of any format to safetensors.",
      "Weights of a known network get this program's tensor names and carry the network's name and",
      "preprocessing as metadata; everything else is copied under its own names."
    },
    mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
  @Mixin private CommonOptions.OutputOptions output;

  @Parameters(index = "0", paramLabel = "IN", description = "A weight file of any format.")
  private Path in;

  @Parameters(index = "1", paramLabel = "OUT", description = "The safetensors file to write.")
  private Path out;

  @Option(
      names = "--model",
      paramLabel = "NAME",
      description = "The network that the weights must fit.")
  private String model;

  @Option(names = "--as-is", description = "Keep the names even if the network is known.")
  private boolean asIs;

  @Override
  public Integer call() {
    output.start();
    if (model != null) {
      ModelOptions.entry(model);
    }
    TensorFile file = WeightFiles.open(in);
    boolean known = !asIs && (model != null || Pretrained.identify(file).isPresent());
    String network = null;
    int tensors = file.tensors().size();
    if (known) {
      if (model == null) {
        ModelOptions.warnOfOthers(file, output.err());
      }
      Pretrained pretrained = Pretrained.load(file, model);
      pretrained.save(out, file.metadata());
      network = pretrained.network().name();
      tensors = pretrained.weights().entries().size();
    } else {
      SafetensorsWriter.write(out, file.tensors(), file.metadata());
    }
    if (output.json()) {
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("file", out.toString());
      object.put("tensors", tensors);
      object.put("model", network);
      output.printJson(object);
    } else {
      output
          .out()
          .printf(
              "%s: %d tensors%s%n",
              out, tensors, network == null ? ", names kept" : " of " + network);
    }
    return 0;
  }
}
