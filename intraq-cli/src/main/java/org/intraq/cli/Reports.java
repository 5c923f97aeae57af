package org.intraq.cli;

import java.util.List;
import org.intraq.images.StoredImages;
import org.intraq.report.Report;

/** The report of a job. */
final class Reports {
  private Reports() {}

  static void write(Job job, StoredImages images, List<Job.Row> rows) {
    Report.write(
        new Report.Subject(
            job.folder,
            job.pretrained,
            job.teacher,
            job.config,
            QuantizeOptions.widths(job.config),
            images,
            rows.stream()
                .map(r -> new Report.Accuracy(r.name(), r.bits(), r.top1(), r.images()))
                .toList()),
        job.console);
  }
}
