package org.intraq.cli;

import com.typesafe.config.Config;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.config.HoconFile;
import org.intraq.config.Presets;
import org.intraq.images.ImageSource;
import org.intraq.images.RealImages;
import org.intraq.images.StoredImages;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.Split;
import org.intraq.report.Report;
import org.intraq.run.RunFolder;
import org.intraq.run.SynthesisStage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code intraq report}: the report of a run, drawn again. */
@Command(
    name = "report",
    description = "Draws the report of a run again; needs the weights the run started from.",
    mixinStandardHelpOptions = true)
final class ReportCommand implements Callable<Integer> {
  @Mixin private ModelOptions model;
  @Mixin private CommonOptions common;

  @Parameters(index = "0", paramLabel = "DIR", description = "The folder of the run.")
  private Path folder;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Real images whose features are shown beside those of the synthetic ones.")
  private String data;

  @Option(
      names = "--synthetic",
      paramLabel = "DIR",
      description = "For a run of 'quantize': the folder that 'synthesize' wrote.")
  private Path synthetic;

  @Override
  public Integer call() {
    common.output().start();
    try (RunFolder run = RunFolder.existing(folder);
        RunFolder source = RunFolder.existing(synthetic == null ? folder : synthetic)) {
      if (synthetic == null && !Files.exists(folder.resolve("images/batch-000.safetensors"))) {
        throw new UserException(
            folder
                + ": holds no images; after 'quantize' name the folder of 'synthesize' with --synthetic");
      }
      Config tree = Presets.ofRun(HoconFile.read(run.root().resolve(RunFolder.CONFIG)));
      List<Job.Row> rows = Rows.read(folder.resolve(Rows.FILE));
      try (Job job = Job.open(common, model.loadWithPreprocessing(), tree, Map.of(), folder, true);
          StoredImages images = SynthesisStage.images(source, job.config.synthesis())) {
        Reports.write(job, images, real(job), rows);
        String page = folder.resolve("report.html").toString();
        if (!common.json()) {
          job.console.line(page);
        } else {
          common.printJson(Map.of("report", page));
        }
      }
    }
    return 0;
  }

  private ImageSource real(Job job) {
    return data == null
        ? null
        : RealImages.sample(
            Datasets.open(data, Split.TEST), job.pretrained.preprocessing(), Report.STUDIED);
  }
}
