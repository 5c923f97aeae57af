package org.intraq.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.intraq.config.IntraQConfig;
import org.intraq.images.ContactSheet;
import org.intraq.images.ImageSource;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedFile;
import org.intraq.run.Console;
import org.intraq.run.QuantizationStage;
import org.intraq.run.RunFolder;

/** Draws the report of a run: {@code report.html} and, one by one, the pictures in it. */
public final class Report {
  /** So many images of a kind are looked at. */
  public static final int STUDIED = 512;

  private static final int SENSITIVITY_IMAGES = 64;

  /**
   * What a report is about.
   *
   * @param real real images to compare with, which had no part in the run; null for none
   * @param accuracies rows of name, bits, percent; empty where nothing was measured
   */
  public record Subject(
      RunFolder folder,
      Pretrained pretrained,
      Parameters teacher,
      IntraQConfig config,
      List<Bits> widths,
      ImageSource images,
      ImageSource real,
      List<Accuracy> accuracies) {}

  /** One measured accuracy. */
  public record Accuracy(String name, String bits, int top1, int images) {
    double percent() {
      return 100.0 * top1 / Math.max(1, images);
    }
  }

  private final Subject s;
  private final Console console;
  private final Page page;
  private final boolean charts;

  private Report(Subject subject, Console console) {
    this.s = subject;
    this.console = console;
    this.page =
        new Page(
            "IntraQ: "
                + s.pretrained.network().name()
                + ", preset "
                + s.config.preset()
                + ", seed "
                + s.config.seed());
    Optional<String> missing = Fonts.missing();
    this.charts = missing.isEmpty();
    missing.ifPresent(
        why ->
            console.warn("the report has no charts: no usable fonts (" + why + "); " + remedy()));
  }

  /** Writes the report into the run's folder. */
  public static void write(Subject subject, Console console) {
    new Report(subject, console).write();
  }

  private void write() {
    console.status("report");
    accuracies();
    sheet();
    course();
    features();
    statistics();
    for (Bits width : s.widths) {
      if (Files.exists(file(width))) {
        width(width);
      }
    }
    s.folder.writeBytes("report.html", page.bytes());
  }

  private Path file(Bits width) {
    return s.folder.root().resolve(QuantizationStage.fileName(width));
  }

  private void picture(String name, byte[] png, String caption) {
    if (png != null) {
      s.folder.writeBytes("report/" + name + ".png", png);
      page.picture(png, caption);
    }
  }

  /** A chart, or where there are no fonts what it would show and how to get it. */
  private void chart(String name, Supplier<byte[]> draw, String caption) {
    if (charts) {
      picture(name, draw.get(), caption);
    } else {
      page.text(caption + " (Chart missing: the system had no usable fonts; " + remedy() + ".)");
    }
  }

  private String remedy() {
    return "install fontconfig and a font (Debian: apt-get install fontconfig fonts-dejavu-core), then draw it with 'intraq report "
        + s.folder.root()
        + "' and the run's --weights (and --data, --synthetic)";
  }

  private void accuracies() {
    if (s.accuracies.isEmpty()) {
      return;
    }
    page.heading("Accuracy");
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("network", "bits", "top-1", "right", "images"));
    for (Accuracy a : s.accuracies) {
      rows.add(
          List.of(
              a.name,
              a.bits,
              String.format(Locale.ROOT, "%.2f %%", a.percent()),
              Integer.toString(a.top1),
              Integer.toString(a.images)));
    }
    page.table(rows);
    List<String> names = s.accuracies.stream().map(a -> a.bits + " " + a.name).toList();
    List<Double> values = s.accuracies.stream().map(Accuracy::percent).toList();
    chart(
        "accuracy",
        () -> Charts.bars("top-1, %", names, Map.of("top-1", values)),
        "Accuracy on real images, which serve for measuring only.");
  }

  private void sheet() {
    page.heading("Synthetic images");
    byte[] png = ContactSheet.png(ContactSheet.of(s.images, s.pretrained.preprocessing(), 10, 12));
    picture(
        "contact-sheet",
        png,
        "A row for each class (the first ten that have images), or one image after another where classes have fewer than two on average; shown with the preprocessing undone.");
  }

  private void course() {
    Metrics metrics = new Metrics(s.folder.root().resolve("metrics.jsonl"));
    int last = s.config.synthesis().batches() - 1;
    double[] total = metrics.batch(last, "total");
    if (total.length > 0) {
      page.heading("The course of synthesis");
      double[] x = steps(total.length);
      Map<String, String> names = new LinkedHashMap<>();
      names.put("total", "total");
      names.put("statistics_mean", "statistics: means");
      names.put("statistics_variance", "statistics: variances");
      names.put("inception", "inception");
      names.put("marginal_lower", "lower margin");
      names.put("marginal_upper", "upper margin");
      List<Charts.Line> lines = new ArrayList<>();
      names.forEach((k, n) -> lines.add(new Charts.Line(n, x, metrics.batch(last, k))));
      chart(
          "loss",
          () -> Charts.lines("iteration", "loss", true, lines),
          "Loss terms of the last batch. Iterations in which the images are cropped lie higher.");
      chart(
          "rate",
          () ->
              Charts.lines(
                  "iteration",
                  "learning rate",
                  true,
                  List.of(new Charts.Line("learning rate", x, metrics.batch(last, "rate")))),
          "Learning rate of the last batch.");
    }
    List<Charts.Line> training = new ArrayList<>();
    for (Bits width : s.widths) {
      double[] loss = metrics.training(width.toString(), "loss");
      training.add(new Charts.Line(width.toString(), steps(loss.length), loss));
    }
    if (training.stream().anyMatch(Charts.Line::hasPositive)) {
      page.heading("The course of fine-tuning");
      chart(
          "fine-tuning",
          () -> Charts.lines("step", "distillation loss", true, training),
          "Loss of every step, on randomly cropped images.");
    }
  }

  private static double[] steps(int n) {
    return IntStream.range(0, n).asDoubleStream().toArray();
  }

  private void features() {
    console.status("report: features");
    page.heading("Heterogeneity within a class");
    FeatureStudy own = FeatureStudy.of(s.teacher, s.images, STUDIED);
    int label = own.largestClass();
    Map<String, FeatureStudy> sets = new LinkedHashMap<>();
    sets.put("noise", FeatureStudy.of(s.teacher, Baselines.noise(s.teacher, own, s.config), 256));
    sets.put(
        "BNS + cross-entropy",
        FeatureStudy.of(s.teacher, Baselines.statisticsAndClass(s.teacher, s.config), STUDIED));
    sets.put("IntraQ", own);
    if (s.real != null) {
      sets.put("real images", FeatureStudy.of(s.teacher, s.real, STUDIED));
    }
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("images", "mean intra-class cosine distance"));
    sets.forEach((n, f) -> rows.add(List.of(n, distance(f.intraClassDistance()))));
    page.table(rows);
    page.text(
        "In the paper's setting, another network: real images 0.44, BNS + inception loss 0.17, IntraQ 0.42. The better a network tells classes apart, the nearer are its features of one class: compare with the real images of the table, if it has them (they need --data). Noise belongs to no class; its images all look alike to the network.");
    float[][] all =
        sets.values().stream()
            .flatMap(f -> java.util.Arrays.stream(f.ofClass(label)))
            .toArray(float[][]::new);
    if (own.ofClass(label).length < 3) {
      page.text("No class has three images, so that there is nothing to show in the plane.");
      return;
    }
    double[][] plane = FeatureStudy.plane(all);
    List<Charts.Line> points = new ArrayList<>();
    sets.forEach(
        (n, f) -> {
          float[][] p = f.ofClass(label);
          if (p.length > 0) {
            points.add(
                new Charts.Line(
                    n, FeatureStudy.project(p, plane, 1), FeatureStudy.project(p, plane, 2)));
          }
        });
    chart(
        "features",
        () -> Charts.scatter("first principal axis", "second principal axis", points),
        "Features of class " + label + " in the plane of their first two principal axes.");
  }

  private static String distance(double d) {
    return Double.isNaN(d) ? "no class has two images" : String.format(Locale.ROOT, "%.3f", d);
  }

  private void statistics() {
    page.heading("BatchNorm statistics of the synthetic images");
    var errors = LayerStudy.statistics(s.teacher, s.images, s.config.calibration().batch());
    List<String> names = errors.stream().map(e -> shorten(e.layer())).toList();
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("mean", errors.stream().map(LayerStudy.StatisticError::mean).toList());
    series.put(
        "standard deviation", errors.stream().map(LayerStudy.StatisticError::deviation).toList());
    chart(
        "statistics",
        () -> Charts.bars("relative error", names, series),
        "By layer: |mean - mu| / sigma and |sigma of the images / sigma - 1|, averaged over channels.");
  }

  private void width(Bits width) {
    console.status("report: " + width);
    page.heading("The " + width + " network, layer by layer");
    var content = QuantizedFile.read(file(width));
    weights(width, LayerStudy.weightRanges(content.network(), content.weights()));
    activations(width, content);
    sensitivity(width);
  }

  private void weights(Bits width, Map<String, float[]> ranges) {
    Map<String, List<Double>> series = new LinkedHashMap<>();
    series.put("smallest", ends(ranges.values(), 0));
    series.put("largest", ends(ranges.values(), 1));
    chart(
        width + "-weights",
        () -> Charts.bars("weight", shorten(ranges.keySet()), series),
        "Smallest and largest quantized weight.");
  }

  private void activations(Bits width, QuantizedFile.Content content) {
    Map<String, float[]> ranges = new LinkedHashMap<>();
    content.ranges().forEach((n, r) -> ranges.put(n, new float[] {r.lo(), r.hi()}));
    if (!ranges.isEmpty()) {
      var series = Map.of("upper end", ends(ranges.values(), 1));
      chart(
          width + "-activations",
          () -> Charts.bars("activation", shorten(ranges.keySet()), series),
          "Upper end of the activation ranges; the lower end is 0 after a ReLU.");
    }
  }

  private void sensitivity(Bits width) {
    var changes =
        LayerStudy.sensitivity(
            s.teacher,
            s.pretrained.weights(),
            width,
            s.config.quantizer(),
            s.config.calibration(),
            s.images,
            SENSITIVITY_IMAGES);
    var series = Map.of("only this layer quantized", List.copyOf(changes.values()));
    chart(
        width + "-sensitivity",
        () -> Charts.bars("relative change of the logits", shorten(changes.keySet()), series),
        "Sensitivity: the change of the logits when only this layer and its input are quantized, before fine-tuning.");
  }

  private static List<Double> ends(Collection<float[]> ranges, int end) {
    return ranges.stream().map(r -> (double) r[end]).toList();
  }

  private static List<String> shorten(Collection<String> names) {
    return names.stream().map(Report::shorten).toList();
  }

  /** {@code features.stage1.unit2.body.conv1.conv} to {@code stage1.unit2.body.conv1}. */
  private static String shorten(String name) {
    return name.replaceFirst("^features\\.", "").replaceFirst("\\.(conv|bn|activ)$", "");
  }
}
