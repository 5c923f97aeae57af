package org.intraq.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.intraq.config.IntraQConfig;
import org.intraq.config.SynthesisConfig;
import org.intraq.images.ContactSheet;
import org.intraq.images.StoredImages;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.synthesis.BatchSynthesis;
import org.intraq.synthesis.ClassCentres;
import org.intraq.synthesis.SynthesisStep;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/** Makes the images of a run, batch by batch, each in a file of its own. */
public final class SynthesisStage {
  static final String NAME = "synthesis";
  private static final long STREAM = 1;
  private static final String SHEET = "images/contact-sheet.png";
  private static final int SHEET_ROWS = 20;
  private static final int SHEET_COLUMNS = 12;

  private final RunFolder folder;
  private final Parameters teacher;
  private final Preprocessing preprocessing;
  private final SynthesisConfig config;
  private final Console console;
  private final PhiloxRandom random;
  private final ClassCentres centres;
  private long saved = System.nanoTime();

  private SynthesisStage(
      RunFolder folder,
      Parameters teacher,
      Preprocessing preprocessing,
      IntraQConfig config,
      Console console) {
    this.folder = folder;
    this.teacher = teacher;
    this.preprocessing = preprocessing;
    this.config = config.synthesis();
    this.console = console;
    this.random = new PhiloxRandom(config.seed()).child(STREAM);
    this.centres = new ClassCentres(teacher.network().classes(), featureWidth(teacher.network()));
  }

  private static int featureWidth(Network network) {
    return ((Node.Linear) network.output()).in();
  }

  /** Runs what is left of the synthesis in {@code folder}; nothing if it has finished. */
  public static void run(
      RunFolder folder,
      Parameters teacher,
      Preprocessing preprocessing,
      IntraQConfig config,
      Console console) {
    Optional<RunState.Saved> state = RunState.read(folder);
    if (state.isPresent() && !state.get().stage().equals(NAME)) {
      return;
    }
    new SynthesisStage(folder, teacher, preprocessing, config, console).run(state);
  }

  /** The file of batch {@code index}. */
  private static Path file(RunFolder folder, int index) {
    return folder.path(String.format(Locale.ROOT, "images/batch-%03d.safetensors", index));
  }

  /**
   * The images of a run.
   *
   * @throws RunException if its synthesis has not finished
   */
  public static StoredImages images(RunFolder folder, SynthesisConfig config) {
    List<Path> files = new ArrayList<>();
    for (int b = 0; b < config.batches(); b++) {
      Path file = file(folder, b);
      if (!Files.exists(file)) {
        throw new RunException(
            folder.root()
                + ": its synthesis has not finished (batch "
                + (b + 1)
                + " of "
                + config.batches()
                + " is missing); go on with --resume");
      }
      files.add(file);
    }
    return StoredImages.open(files);
  }

  private void run(Optional<RunState.Saved> state) {
    int first = state.map(RunState.Saved::index).orElse(0);
    state.ifPresent(s -> restoreCentres(s.file()));
    if (first >= config.batches()) {
      if (!Files.exists(folder.root().resolve(SHEET))) { // killed before it was drawn
        sheet();
      }
      return;
    }
    warnOfMargins();
    Pace pace = new Pace(0, (config.batches() - first) * config.iterations());
    for (int b = first; b < config.batches(); b++) {
      boolean partial = b == first && state.isPresent() && state.get().partial();
      batch(b, partial ? state.get().file() : null, pace);
    }
    sheet();
    console.line(
        String.format(
            Locale.ROOT,
            "synthesis: %d images in %s, %.3f s an iteration, peak of %s on %s",
            config.images(),
            Pace.text(pace.seconds()),
            pace.perUnit(),
            Pace.megabytes(teacher.scope().backend().memory().peakBytes()),
            teacher.scope().backend().device()));
  }

  private void warnOfMargins() {
    var marginal = config.marginal();
    if (marginal.enabled() && !marginal.upperActs()) {
      console.warn(
          "the upper margin "
              + marginal.upper()
              + " never acts: features after ReLU and pooling have distances of at most 1");
    }
  }

  private void batch(int index, TensorFile from, Pace pace) {
    int n = config.batchSize(index);
    try (BatchSynthesis batch =
        new BatchSynthesis(teacher, config, centres, random.child(index), n)) {
      if (from != null) {
        batch.restore(from);
      }
      SynthesisStep step = null;
      while (!batch.finished()) {
        int undone = batch.undone();
        step = batch.step();
        pace.tick();
        folder.metric(metric(index, step));
        if (batch.undone() > undone) {
          console.warn(
              "batch %d, iteration %d: loss was no number; undone, rate cut by ten"
                  .formatted(index + 1, step.iteration()));
        }
        console.status(line(index, step, pace));
        if ((System.nanoTime() - saved) / 1e9 > config.checkpointSeconds() && !batch.finished()) {
          save(index, batch.save());
        }
      }
      finish(index, batch);
      if (step != null) {
        console.detail(line(index, step, pace));
      }
    }
  }

  private void finish(int index, BatchSynthesis batch) {
    Node.Input in = teacher.network().input();
    Map<String, String> metadata =
        Map.of(
            "group",
            Integer.toString(config.group(index)),
            "batch",
            Integer.toString(index),
            "network",
            teacher.network().name(),
            Preprocessing.METADATA_KEY,
            preprocessing.toString());
    StoredImages.write(
        file(folder, index), batch.images(), batch.labels(), in.h(), in.w(), in.c(), metadata);
    centres.add(batch.features(), batch.labels());
    save(index + 1, List.of());
  }

  private void save(int index, List<NamedTensor> partial) {
    List<NamedTensor> tensors = new ArrayList<>(partial);
    tensors.add(NamedTensor.ofDoubles("centres.sums", centres.sums(), centres.sums().length));
    tensors.add(NamedTensor.ofLongs("centres.counts", centres.counts(), centres.classes()));
    RunState.save(folder, NAME, index, !partial.isEmpty(), tensors);
    saved = System.nanoTime();
  }

  private void restoreCentres(TensorFile file) {
    double[] sums = file.tensor("centres.sums").toDoubles();
    long[] counts = file.tensor("centres.counts").toLongs();
    System.arraycopy(sums, 0, centres.sums(), 0, sums.length);
    System.arraycopy(counts, 0, centres.counts(), 0, counts.length);
  }

  private void sheet() {
    try (StoredImages images = images(folder, config)) {
      byte[] png =
          ContactSheet.png(ContactSheet.of(images, preprocessing, SHEET_ROWS, SHEET_COLUMNS));
      folder.writeBytes(SHEET, png);
    }
  }

  private String line(int index, SynthesisStep s, Pace pace) {
    return String.format(
        Locale.ROOT,
        "synthesis: batch %d/%d, iteration %d/%d: statistics %.4f + %.4f, inception %.4f, margins %.4f + %.4f, rate %.2g, agreement %.1f %%, %s",
        index + 1,
        config.batches(),
        s.iteration() + 1,
        config.iterations(),
        s.statisticsMean(),
        s.statisticsVariance(),
        s.inception(),
        s.marginalLower(),
        s.marginalUpper(),
        s.rate(),
        100 * s.agreement(),
        pace.left());
  }

  private static Map<String, Object> metric(int batch, SynthesisStep s) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("stage", NAME);
    m.put("batch", batch);
    m.put("iteration", s.iteration());
    m.put("rate", s.rate());
    m.put("statistics_mean", s.statisticsMean());
    m.put("statistics_variance", s.statisticsVariance());
    m.put("inception", s.inception());
    m.put("marginal_lower", s.marginalLower());
    m.put("marginal_upper", s.marginalUpper());
    m.put("total", s.total());
    m.put("agreement", s.agreement());
    return m;
  }
}
