package org.intraq.cli;

import org.intraq.models.data.Datasets;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Split;
import picocli.CommandLine.Option;

/** Real images to measure accuracy with; the method itself never sees them. */
final class MeasureOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Labelled images to measure accuracy with, as for eval; never trained on.")
  private String data;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Measure with the first N images only.")
  private int limit;

  @Option(
      names = "--every-epoch",
      description = {
        "Measure after every epoch and report the best beside the last. The best one is chosen",
        "with real labels: the last one is the honest figure."
      })
  private boolean everyEpoch;

  ImageDataset open() {
    if (limit < 0) {
      throw new UserException("--limit: expected a number above 0, got " + limit);
    }
    if (everyEpoch && data == null) {
      throw new UserException("--every-epoch: needs images to measure with; give --data");
    }
    return data == null ? null : Datasets.open(data, Split.TEST);
  }

  int limit() {
    return limit;
  }

  boolean everyEpoch() {
    return everyEpoch;
  }
}
