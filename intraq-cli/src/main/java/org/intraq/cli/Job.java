package org.intraq.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import com.typesafe.config.ConfigValueFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.stream.Collectors;
import org.intraq.config.HoconFile;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.images.ImageSource;
import org.intraq.images.StoredImages;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.eval.Classifier;
import org.intraq.models.eval.Evaluation;
import org.intraq.models.eval.Evaluator;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.run.QuantizationStage;
import org.intraq.run.RunFolder;
import org.intraq.run.SynthesisStage;
import org.intraq.run.WeightsHash;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Devices;

/** A run being worked on: network, settings, device, folder. */
final class Job implements AutoCloseable {
  /**
   * An accuracy.
   *
   * @param name of what was measured
   * @param bits its widths, {@code fp32} for the network before quantization
   * @param top1 images it got right
   * @param images all images
   * @param data which images, by {@link MeasuredImages}; null in files of older versions
   */
  record Row(String name, String bits, int top1, int images, String data) {
    double percent() {
      return 100.0 * top1 / Math.max(1, images);
    }

    Map<String, Object> json() {
      Map<String, Object> object = new java.util.LinkedHashMap<>();
      object.put("name", name);
      object.put("bits", bits);
      object.put("top1", top1);
      object.put("images", images);
      if (data != null) {
        object.put("data", data);
      }
      return object;
    }
  }

  private static final String CALIBRATED = "calibrated only";
  private static final String LAST = "IntraQ, last epoch";
  private static final String BITS = "bits";

  /** What products calculate with, as the description of a run has it. */
  static final String MATH = "math";

  final Pretrained pretrained;
  final IntraQConfig config;
  final Backend backend;
  final Parameters teacher;
  final RunFolder folder;
  final RunConsole console;
  private String measuredImages;
  private boolean toldOfSkipped;

  private Job(
      Pretrained pretrained,
      IntraQConfig config,
      Backend backend,
      Parameters teacher,
      RunFolder folder,
      RunConsole console) {
    this.pretrained = pretrained;
    this.config = config;
    this.backend = backend;
    this.teacher = teacher;
    this.folder = folder;
    this.console = console;
  }

  /**
   * Opens the folder and the device.
   *
   * @param pretrained with the preprocessing to use
   */
  static Job open(CommonOptions common, QuantizeOptions options, Pretrained pretrained) {
    Config tree = options.tree(pretrained.network(), common.seed());
    return open(common, pretrained, tree, Map.of(), options.out(), options.resume());
  }

  /** The settings of a run that goes on: with all its widths, and then those that are new. */
  private static Config withWidthsBefore(Config tree, Path out) {
    Path file = out.resolve(RunFolder.CONFIG);
    if (!RunFolder.holdsRun(out) || !Files.exists(file)) {
      return tree;
    }
    String before = HoconFile.read(file).getString(BITS);
    Set<Bits> all = new LinkedHashSet<>(QuantizeOptions.widths(before));
    all.addAll(QuantizeOptions.widths(tree.getString(BITS)));
    String bits = all.stream().map(Bits::toString).collect(Collectors.joining(","));
    return tree.withValue(BITS, ConfigValueFactory.fromAnyRef(bits, "the run in " + out));
  }

  /**
   * The same.
   *
   * @param more what else decides the bits of the outcome
   */
  static Job open(
      CommonOptions common,
      Pretrained pretrained,
      Config asked,
      Map<String, String> more,
      Path out,
      boolean resume) {
    Config tree = resume ? withWidthsBefore(asked, out) : asked;
    IntraQConfig config = Presets.read(tree);
    for (Bits width : QuantizeOptions.widths(config)) {
      BitPlan.of(pretrained.network(), width, config.quantizer());
    }
    Map<String, String> identity = identity(pretrained, tree);
    identity.putAll(more);
    Backend backend = common.open();
    RunFolder folder = null;
    try {
      folder = RunFolder.open(out, identity, environment(backend), Presets.render(tree), resume);
      RunConsole console = new RunConsole(common, folder);
      folder.log("intraq " + Main.version() + " on " + backend.describe());
      if (!folder.fresh()) {
        keepWidths(folder, config);
      }
      if (resume && folder.fresh()) {
        common.err().println("intraq: nothing of " + out + " was done; starts from the beginning");
      }
      Parameters teacher =
          new Parameters(backend, pretrained.network(), pretrained.weights(), false);
      return new Job(pretrained, config, backend, teacher, folder, console);
    } catch (RuntimeException e) {
      if (folder != null) {
        folder.close();
      }
      backend.close();
      throw e;
    }
  }

  private void warnOfDevice() {
    Map<String, String> before = folder.identity();
    Map<String, String> now = environment(backend);
    for (String key : List.of("device", MATH)) {
      String was = before.getOrDefault(key, now.get(key));
      if (!was.equals(now.get(key))) {
        console.warn(
            "the run began on %s and goes on on %s: its bits are those of neither alone"
                .formatted(was, now.get(key)));
      }
    }
  }

  /** What decides the bits of the outcome, on devices of one kind. */
  private static Map<String, String> identity(Pretrained pretrained, Config tree) {
    Map<String, String> identity = new TreeMap<>();
    identity.put("network", pretrained.network().name());
    identity.put("architecture", pretrained.architecture().text());
    identity.put("preprocessing", pretrained.preprocessing().toString());
    identity.put("weights hash", WeightsHash.of(pretrained.weights()));
    tree.entrySet().stream()
        .filter(e -> !e.getKey().equals(BITS) && !e.getKey().endsWith("checkpoint-seconds"))
        .forEach(e -> identity.put(e.getKey(), String.valueOf(e.getValue().unwrapped())));
    return identity;
  }

  private static Map<String, String> environment(Backend backend) {
    Map<String, String> environment = new TreeMap<>();
    environment.put("intraq", Main.version());
    environment.put("java", Runtime.version().toString());
    environment.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    environment.put("device", backend.device().toString());
    boolean cpu = backend.device().equals(Device.CPU);
    environment.put(MATH, cpu ? "f32" : System.getProperty(Devices.GPU_MATH, "f32"));
    environment.put(RunFolder.STARTED, java.time.Instant.now().toString());
    return environment;
  }

  /** Writes the widths into the settings, whose other lines say where each of them came from. */
  private static void keepWidths(RunFolder folder, IntraQConfig config) {
    Path file = folder.root().resolve(RunFolder.CONFIG);
    String before = HoconFile.read(file).getString(BITS);
    if (QuantizeOptions.widths(before).equals(QuantizeOptions.widths(config))) {
      return;
    }
    try {
      String line = Matcher.quoteReplacement(BITS + "=\"" + config.bits() + "\"");
      String text = Files.readString(file).replaceFirst("(?m)^" + BITS + "\\s*=.*$", line);
      folder.write(RunFolder.CONFIG, text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Keeps what a command that resumes need not be told again. */
  void remember(Map<String, Object> options) {
    warnOfDevice();
    ConfigRenderOptions plain =
        ConfigRenderOptions.defaults().setJson(false).setOriginComments(false);
    folder.write(RunFolder.OPTIONS, ConfigFactory.parseMap(options).root().render(plain));
  }

  /** Synthesises what is missing. */
  void synthesize() {
    SynthesisStage.run(folder, teacher, pretrained.preprocessing(), config, console);
  }

  /** The images of this run. */
  StoredImages images() {
    return SynthesisStage.images(folder, config.synthesis());
  }

  /**
   * Quantizes to every width asked for, and measures if there are images to measure with; without,
   * what the run has measured before still holds.
   *
   * @param data real images, for measuring only; null for none
   * @param everyEpoch whether to measure after every epoch too
   */
  List<Row> quantize(ImageSource images, ImageDataset data, int limit, boolean everyEpoch) {
    List<Row> rows = new ArrayList<>();
    measuredImages = data == null ? null : MeasuredImages.of(data, limit);
    List<Row> before = Rows.read(folder.root().resolve(Rows.FILE));
    if (data != null) {
      console.dataNotes(data, pretrained.network());
      rows.add(measure("full precision", Bits.FULL, teacherClassifier(), data, limit));
      Rows.write(folder, Rows.FILE, rows);
    } else {
      addOf(Bits.FULL, before, rows);
    }
    for (Bits width : QuantizeOptions.widths(config)) {
      Meter meter = new Meter(width, data, limit, everyEpoch);
      QuantizationStage.run(folder, teacher, pretrained, config, width, images, console, meter);
      rows.addAll(meter.rows);
      if (data == null && meter.rows.isEmpty()) {
        addOf(width, before, rows);
      } else if (data != null) {
        if (meter.rows.isEmpty()) {
          rows.add(measureFile(width, data, limit));
        }
        Rows.write(folder, Rows.FILE, rows);
      }
    }
    return rows;
  }

  private static void addOf(Bits width, List<Row> from, List<Row> to) {
    from.stream().filter(row -> row.bits.equals(width.toString())).forEach(to::add);
  }

  /**
   * Measures what a quantization shows it, and keeps it in the folder, so that a run that is taken
   * up again reports what it measured before.
   */
  private final class Meter implements QuantizationStage.Observer {
    private static final String BEST = "best epoch";

    private final Bits width;
    private final ImageDataset data;
    private final int limit;
    private final boolean everyEpoch;
    private final Path file;
    private final List<Row> rows = new ArrayList<>();
    private Row best;

    Meter(Bits width, ImageDataset data, int limit, boolean everyEpoch) {
      this.width = width;
      this.data = data;
      this.limit = limit;
      this.everyEpoch = everyEpoch;
      this.file = folder.root().resolve(name());
      List<Row> before = Rows.read(file);
      // Beside figures of other images they would say nothing; those are measured anew.
      rows.addAll(
          data == null || before.stream().allMatch(this::isOfTheseImages) ? before : List.of());
      best = rows.stream().filter(r -> r.name.startsWith(BEST)).findFirst().orElse(null);
      if (!finished()) {
        rows.clear();
      }
    }

    private boolean isOfTheseImages(Row row) {
      return row.data == null
          ? row.images == MeasuredImages.count(data, limit)
          : row.data.equals(measuredImages);
    }

    private String name() {
      return "accuracy-" + width + ".json";
    }

    private boolean finished() {
      return rows.stream().anyMatch(r -> r.name.equals(last()));
    }

    @Override
    public void at(String moment, int epoch, Classifier classifier) {
      if (data == null || (moment.equals("epoch") && !everyEpoch)) {
        return;
      }
      switch (moment) {
        case "calibrated" -> {
          rows.clear();
          if (!last().equals(CALIBRATED)) {
            rows.add(measure(CALIBRATED, width, classifier, data, limit));
          }
        }
        case "epoch" -> {
          String name = BEST + " (" + epoch + "), chosen with real labels";
          Row row = measure(name, width, classifier, data, limit);
          best = best == null || row.top1 > best.top1 ? row : best;
          Rows.write(folder, name(), List.of(best));
        }
        default -> {
          if (best != null) {
            rows.add(best);
          }
          rows.add(measure(last(), width, classifier, data, limit));
          Rows.write(folder, name(), rows);
        }
      }
    }
  }

  /** What the network is called that comes out. */
  private String last() {
    return config.fineTuning().totalSteps() == 0 ? CALIBRATED : LAST;
  }

  private Row measureFile(Bits width, ImageDataset data, int limit) {
    var content =
        org.intraq.quantize.QuantizedFile.read(
            folder.root().resolve(QuantizationStage.fileName(width)));
    try (Parameters parameters = org.intraq.quantize.QuantizedFile.parameters(backend, content);
        var ranges = new org.intraq.quantize.ActivationRanges(backend)) {
      Classifier classifier = Classifier.of(parameters, content.quantizer(ranges));
      return measure(last(), width, classifier, data, limit);
    }
  }

  Classifier teacherClassifier() {
    return Classifier.of(teacher, Hooks.NONE);
  }

  /** Measures and remembers in the folder. */
  Row measure(String name, Bits width, Classifier classifier, ImageDataset data, int limit) {
    Preprocessing p = pretrained.preprocessing();
    console.status("measuring " + name);
    Evaluation e =
        Evaluator.run(
            classifier,
            data,
            p,
            new Evaluator.Options(p.size() <= 64 ? 128 : 16, limit),
            done -> {});
    if (!e.skipped().isEmpty() && !toldOfSkipped) {
      toldOfSkipped = true;
      console.warn(
          "left out %d images that cannot be used; the first: %s"
              .formatted(e.skipped().size(), e.skipped().getFirst()));
    }
    Row row = new Row(name, width.toString(), e.top1(), e.images(), measuredImages);
    console.detail(
        String.format(
            java.util.Locale.ROOT,
            "%s %s: top-1 %d of %d (%.2f %%)",
            row.bits,
            row.name,
            row.top1,
            row.images,
            row.percent()));
    return row;
  }

  @Override
  public void close() {
    teacher.close();
    folder.close();
    backend.close();
  }
}
