package org.intraq.cli;

import java.util.List;
import org.intraq.images.ImageSource;
import org.intraq.images.StoredImages;
import org.intraq.report.Report;

/** The report of a job. */
final class Reports {
  private Reports() {}

  /** With {@code real} images to compare with, or null. */
  static void write(Job job, StoredImages images, ImageSource real, List<Job.Row> rows) {
    Report.write(
        new Report.Subject(
            job.folder,
            job.pretrained,
            job.teacher,
            job.config,
            QuantizeOptions.widths(job.config),
            images,
            real,
            rows.stream()
                .map(r -> new Report.Accuracy(r.name(), r.bits(), r.top1(), r.images()))
                .toList()),
        job.console);
  }
}
