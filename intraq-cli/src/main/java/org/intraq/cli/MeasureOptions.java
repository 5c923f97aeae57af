package org.intraq.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Split;
import org.intraq.models.eval.Evaluator;
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
      description = "Measure with the first N images only.")
  private Integer limit;

  @Option(
      names = "--every-epoch",
      description = {
        "Measure after every epoch and report the best beside the last. The best one is chosen",
        "with real labels: the last one is the honest figure."
      })
  private boolean everyEpoch;

  /** Null where nothing is to be measured. */
  private ImageDataset open() {
    if (limit != null && limit < 1) {
      throw new UserException("--limit: expected a number above 0, got " + limit);
    }
    if (everyEpoch && data == null) {
      throw new UserException("--every-epoch: needs images to measure with; give --data");
    }
    if (limit != null && data == null) {
      throw new UserException("--limit: needs images to measure with; give --data");
    }
    return data == null ? null : Datasets.open(data, Split.TEST);
  }

  /** The same, and throws if a network of so many classes cannot be measured with it. */
  ImageDataset open(int classes) {
    ImageDataset opened = open();
    if (opened != null) {
      int count = limit == null ? opened.size() : Math.min(limit, opened.size());
      Evaluator.checkLabels(classes, opened, count);
    }
    return opened;
  }

  /** 0 for all. */
  int limit() {
    return limit == null ? 0 : limit;
  }

  /** What a command that resumes need not be told again. */
  Map<String, Object> remembered() {
    Map<String, Object> options = new LinkedHashMap<>();
    if (data != null) {
      options.put("data", Datasets.absolute(data));
      options.put("every-epoch", everyEpoch);
      if (limit != null) {
        options.put("limit", limit);
      }
    }
    return options;
  }

  boolean everyEpoch() {
    return everyEpoch;
  }
}
