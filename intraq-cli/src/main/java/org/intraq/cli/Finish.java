package org.intraq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.images.ImageSource;
import org.intraq.images.RealImages;
import org.intraq.images.StoredImages;
import org.intraq.models.data.ImageDataset;
import org.intraq.quantize.Bits;
import org.intraq.report.FeatureStudy;
import org.intraq.report.Report;
import org.intraq.run.QuantizationStage;

/** The end of a run: accuracies, report, what to look at. */
final class Finish {
  /** All figures of a finished run. */
  static final String RESULT = "result.json";

  private static final String REAL_DISTANCE = "real_intra_class_distance";

  private Finish() {}

  /** With the data that was measured with, or null. */
  static void run(
      Job job, StoredImages images, ImageDataset data, List<Job.Row> rows, CommonOptions common) {
    ImageSource real =
        data == null
            ? null
            : RealImages.sample(data, job.pretrained.preprocessing(), Report.STUDIED);
    // What hours went into comes first, the report after: nothing that fails in it may hide this.
    Rows.write(job.folder, Rows.FILE, rows);
    if (!common.json()) {
      Tables.of(rows).lines().forEach(job.console::line);
    }
    Map<String, Object> result = json(job, images, real, rows);
    job.folder.writeJson(RESULT, result);
    if (common.json()) {
      common.printJson(result);
    }
    Reports.write(job, images, real, rows);
    if (!common.json()) {
      for (Bits width : QuantizeOptions.widths(job.config)) {
        job.console.line(job.folder.root().resolve(QuantizationStage.fileName(width)).toString());
      }
      job.console.line(job.folder.root().resolve("report.html").toString());
    }
  }

  private static Map<String, Object> json(
      Job job, StoredImages images, ImageSource real, List<Job.Row> rows) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", job.pretrained.network().name());
    object.put("folder", job.folder.root().toString());
    object.put("seed", job.config.seed());
    object.put("preset", job.config.preset());
    object.put("intra_class_distance", distance(job, images));
    Object realDistance = real != null ? distance(job, real) : before(job);
    if (realDistance != null) {
      object.put(REAL_DISTANCE, realDistance);
    }
    object.put("seconds", job.folder.seconds());
    object.put("rows", rows.stream().map(Job.Row::json).toList());
    return object;
  }

  /** What a run that is taken up again without images had measured with them; null for nothing. */
  private static Double before(Job job) {
    Path file = job.folder.root().resolve(RESULT);
    if (!Files.exists(file)) {
      return null;
    }
    try {
      JsonNode value = new ObjectMapper().readTree(file.toFile()).path(REAL_DISTANCE);
      return value.isNumber() ? (Double) value.asDouble() : null;
    } catch (IOException e) {
      // It is written anew in a moment, with all that the run itself knows.
      return null;
    }
  }

  /** Null where no class has two images. */
  private static Double distance(Job job, ImageSource images) {
    double distance = FeatureStudy.of(job.teacher, images, Report.STUDIED).intraClassDistance();
    return Double.isNaN(distance) ? null : (Double) distance;
  }
}
