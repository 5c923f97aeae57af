package org.intraq.cli;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.images.StoredImages;
import org.intraq.quantize.Bits;
import org.intraq.report.FeatureStudy;
import org.intraq.run.QuantizationStage;

/** The end of a run: accuracies, report, what to look at. */
final class Finish {
  private static final int STUDIED = 512;

  private Finish() {}

  static void run(Job job, StoredImages images, List<Job.Row> rows, CommonOptions common) {
    job.folder.writeJson("accuracy.json", rows.stream().map(Job.Row::json).toList());
    Map<String, Object> result = json(job, images, rows);
    job.folder.writeJson("result.json", result);
    Reports.write(job, images, rows);
    if (common.json()) {
      common.printJson(result);
      return;
    }
    common.out().print(Tables.of(rows));
    for (Bits width : QuantizeOptions.widths(job.config)) {
      common.out().println(job.folder.root().resolve(QuantizationStage.fileName(width)));
    }
    common.out().println(job.folder.root().resolve("report.html"));
  }

  private static Map<String, Object> json(Job job, StoredImages images, List<Job.Row> rows) {
    Map<String, Object> object = new LinkedHashMap<>();
    object.put("model", job.pretrained.network().name());
    object.put("folder", job.folder.root().toString());
    object.put("seed", job.config.seed());
    object.put("preset", job.config.preset());
    double distance = FeatureStudy.of(job.teacher, images, STUDIED).intraClassDistance();
    object.put("intra_class_distance", Double.isNaN(distance) ? null : distance);
    object.put("seconds", job.seconds());
    object.put("rows", rows.stream().map(Job.Row::json).toList());
    return object;
  }
}
