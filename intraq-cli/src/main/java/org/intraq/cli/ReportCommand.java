package org.intraq.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.intraq.config.HoconFile;
import org.intraq.images.StoredImages;
import org.intraq.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

  @Override
  public Integer call() {
    common.output().start();
    try (RunFolder run = RunFolder.existing(folder)) {
      Config tree = HoconFile.read(run.root().resolve("config.conf"));
      List<Job.Row> rows = rows(folder.resolve("accuracy.json"));
      try (Job job = Job.open(common, model.loadWithPreprocessing(), tree, folder, true);
          StoredImages images = job.images()) {
        Reports.write(job, images, rows);
      }
      if (!common.json()) {
        common.out().println(folder.resolve("report.html"));
      } else {
        common.printJson(java.util.Map.of("report", folder.resolve("report.html").toString()));
      }
    }
    return 0;
  }

  private static List<Job.Row> rows(Path file) {
    List<Job.Row> rows = new ArrayList<>();
    if (Files.exists(file)) {
      try {
        for (var row : new ObjectMapper().readTree(file.toFile())) {
          rows.add(
              new Job.Row(
                  row.get("name").asText(),
                  row.get("bits").asText(),
                  row.get("top1").asInt(),
                  row.get("images").asInt()));
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return rows;
  }
}
