package org.intraq.cli;

import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.images.StoredImages;
import org.intraq.models.names.Pretrained;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code intraq run}: synthesis and quantization in one folder. */
@Command(
    name = "run",
    description = {
      "Quantizes a pre-trained network without data, from its weights to a report.",
      "Makes synthetic images, calibrates, fine-tunes, writes DIR/quantized-wKaK.safetensors."
    },
    footer = {"", QuantizeOptions.VALUES},
    mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;
  @Mixin private QuantizeOptions options;
  @Mixin private MeasureOptions measure;
  @Mixin private CommonOptions common;

  @Override
  public Integer call() {
    common.output().start();
    Pretrained pretrained = model.loadWithPreprocessing();
    var data = measure.open(pretrained.network().classes());
    try (Job job = Job.open(common, options, pretrained)) {
      Map<String, Object> remembered = model.remembered();
      remembered.putAll(measure.remembered());
      job.remember(remembered);
      job.synthesize();
      List<Job.Row> rows;
      try (StoredImages images = job.images()) {
        rows = job.quantize(images, data, measure.limit(), measure.everyEpoch());
        Finish.run(job, images, data, rows, common);
      }
    }
    return 0;
  }
}
