package org.intraq.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code intraq synthesize}: images out of a network. */
@Command(
    name = "synthesize",
    description = {
      "Makes synthetic images from a pre-trained network; no data needed.",
      "'quantize --synthetic DIR' takes them."
    },
    footer = {"", QuantizeOptions.VALUES},
    mixinStandardHelpOptions = true)
final class SynthesizeCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;
  @Mixin private QuantizeOptions options;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    common.output().start();
    try (Job job = Job.open(common, options, model.loadWithPreprocessing())) {
      job.remember(model.remembered());
      job.synthesize();
      Map<String, Object> object = new LinkedHashMap<>();
      object.put("folder", options.out().toString());
      object.put("images", job.config.synthesis().images());
      if (common.json()) {
        common.printJson(object);
      } else {
        int images = job.config.synthesis().images();
        common.out().printf("%s: %d images%n", options.out().resolve("images"), images);
      }
    }
    return 0;
  }
}
