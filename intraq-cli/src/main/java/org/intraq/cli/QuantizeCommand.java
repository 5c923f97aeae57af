package org.intraq.cli;

import com.typesafe.config.Config;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.config.HoconFile;
import org.intraq.config.Presets;
import org.intraq.images.StoredImages;
import org.intraq.models.names.Pretrained;
import org.intraq.run.RunFolder;
import org.intraq.run.SynthesisStage;
import org.intraq.run.WeightsHash;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intraq quantize}: a quantized network out of synthetic images that are there. */
@Command(
    name = "quantize",
    description = "Calibrates and fine-tunes a quantized network on images of 'synthesize'.",
    footer = {"", QuantizeOptions.VALUES},
    mixinStandardHelpOptions = true)
final class QuantizeCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;
  @Mixin private QuantizeOptions options;
  @Mixin private MeasureOptions measure;
  @Mixin private CommonOptions common;

  @Option(
      names = "--synthetic",
      paramLabel = "DIR",
      required = true,
      description = "The folder that 'synthesize' wrote.")
  private Path synthetic;

  @Override
  public Integer call() {
    common.output().start();
    options.requireNoneOfSynthesis();
    Pretrained pretrained = model.loadWithPreprocessing();
    var data = measure.open(pretrained.network().classes());
    try (RunFolder source = RunFolder.existing(synthetic)) {
      if (!WeightsHash.of(pretrained.weights()).equals(source.identity().get("weights hash"))) {
        throw new UserException(
            synthetic + ": its images were made from other weights; synthesise from these first");
      }
      Config theirs = HoconFile.read(synthetic.resolve(RunFolder.CONFIG)).withOnlyPath("synthesis");
      Config own = options.tree(pretrained.network(), common.seed());
      Config tree = own.withoutPath("synthesis").withFallback(theirs).withFallback(own);
      var synthesis = Presets.read(tree).synthesis();
      try (StoredImages images = SynthesisStage.images(source, synthesis);
          Job job =
              Job.open(
                  common,
                  pretrained,
                  tree,
                  Map.of(RunFolder.IMAGES_HASH, images.hash()),
                  options.out(),
                  options.resume())) {
        Map<String, Object> remembered = model.remembered();
        remembered.putAll(measure.remembered());
        remembered.put("synthetic", synthetic.toAbsolutePath().normalize().toString());
        job.remember(remembered);
        List<Job.Row> rows = job.quantize(images, data, measure.limit(), measure.everyEpoch());
        Finish.run(job, images, data, rows, common);
      }
    }
    return 0;
  }
}
