package org.intraq.run;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.intraq.config.CalibrationConfig;
import org.intraq.config.FineTuningConfig;
import org.intraq.config.IntraQConfig;
import org.intraq.finetune.FineTuner;
import org.intraq.finetune.FineTuningStep;
import org.intraq.finetune.RateFinder;
import org.intraq.images.ImageSource;
import org.intraq.models.eval.Classifier;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.Calibration;
import org.intraq.quantize.ConditionalGenerator;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/** Calibrates and fine-tunes a network at one width, and writes it to a file of its own. */
public final class QuantizationStage {
  private static final long TRAINING_STREAM = 2;
  private static final long GENERATOR_STREAM = 3;
  private static final double ALARMING_AGREEMENT = 0.5;

  /** Told about networks on the way, for instance to measure their accuracy. */
  public interface Observer {
    /** Does nothing. */
    Observer NONE = (moment, epoch, classifier) -> {};

    /**
     * A network worth measuring.
     *
     * @param moment {@code calibrated}, {@code epoch} or {@code last}
     * @param epoch epochs of fine-tuning so far
     */
    void at(String moment, int epoch, Classifier classifier);
  }

  private final RunFolder folder;
  private final Parameters teacher;
  private final Pretrained pretrained;
  private final IntraQConfig config;
  private final Bits bits;
  private final Console console;
  private final Observer observer;
  private final Map<String, Object> result = new LinkedHashMap<>();
  private long saved = System.nanoTime();

  private QuantizationStage(
      RunFolder folder,
      Parameters teacher,
      Pretrained pretrained,
      IntraQConfig config,
      Bits bits,
      Console console,
      Observer observer) {
    this.folder = folder;
    this.teacher = teacher;
    this.pretrained = pretrained;
    this.config = config;
    this.bits = bits;
    this.console = console;
    this.observer = observer;
  }

  /**
   * Runs what is left of the quantization to {@code bits}.
   *
   * @param pretrained with the preprocessing that belongs to the run
   * @return the file of the quantized network
   */
  public static Path run(
      RunFolder folder,
      Parameters teacher,
      Pretrained pretrained,
      IntraQConfig config,
      Bits bits,
      ImageSource images,
      Console console,
      Observer observer) {
    Path file = folder.path(fileName(bits));
    if (!Files.exists(folder.root().resolve(resultName(bits)))) {
      QuantizationStage stage =
          new QuantizationStage(folder, teacher, pretrained, config, bits, console, observer);
      Optional<String> found =
          RunState.read(folder)
              .filter(s -> s.stage().equals(stage.stage()) && !s.partial())
              .flatMap(RunState.Saved::result);
      // Killed between the state and the result, which is the last to be written.
      found.ifPresentOrElse(
          text -> folder.write(resultName(bits), text), () -> stage.run(file, images));
    }
    return file;
  }

  private static String resultName(Bits bits) {
    return "result-" + bits + ".json";
  }

  /** The name of the file of a width within the folder. */
  public static String fileName(Bits bits) {
    return "quantized-" + bits + ".safetensors";
  }

  private String stage() {
    return "quantize-" + bits;
  }

  private void run(Path file, ImageSource images) {
    BitPlan plan = BitPlan.of(teacher.network(), bits, config.quantizer());
    try (QuantizedNetwork network =
        new QuantizedNetwork(
            teacher.scope().backend(),
            teacher.network(),
            pretrained.weights(),
            plan,
            config.quantizer())) {
      calibrate(network, images);
      observer.at("calibrated", 0, classifier(network));
      if (config.fineTuning().totalSteps() > 0) {
        fineTune(network, images);
      }
      double agreement = Calibration.agreement(teacher, network, config.calibration(), images);
      result.put("agreement", agreement);
      console.line(
          String.format(
              Locale.ROOT,
              "%s: agrees with the teacher on %.1f %% of the synthetic images",
              bits,
              100 * agreement));
      observer.at("last", config.fineTuning().epochs(), classifier(network));
      QuantizedFile.write(
          file, network, pretrained.architecture(), pretrained.preprocessing(), provenance());
      String text = RunFolder.json(result);
      RunState.saveFinished(folder, stage(), text);
      folder.write(resultName(bits), text);
    }
  }

  private static Classifier classifier(QuantizedNetwork network) {
    return Classifier.of(network.parameters(), network.quantizer());
  }

  private void calibrate(QuantizedNetwork network, ImageSource images) {
    console.status(bits + ": calibrating");
    Pace pace = new Pace(0, 1);
    if (config.calibration().source() == CalibrationConfig.Source.GENERATOR) {
      if (config.calibration().correctStatistics()) {
        console.warn(
            "calibration.correct-statistics = true does nothing where calibration.source = generator");
      }
      PhiloxRandom random = new PhiloxRandom(config.seed()).child(GENERATOR_STREAM);
      ConditionalGenerator.calibrate(teacher, network, config.calibration(), random);
    } else {
      Calibration.run(teacher, network, config.calibration(), images);
    }
    double agreement = Calibration.agreement(teacher, network, config.calibration(), images);
    result.put("bits", bits.toString());
    result.put("agreement_calibrated", agreement);
    console.detail(
        String.format(
            Locale.ROOT,
            "%s: calibrated in %s, agrees with the teacher on %.1f %% of the synthetic images",
            bits,
            Pace.text(pace.seconds()),
            100 * agreement));
    if (agreement < ALARMING_AGREEMENT) {
      console.warn(
          String.format(
              Locale.ROOT,
              "%s: after calibration the quantized network agrees with the full-precision one on only %.1f %% of its own synthetic images; if fine-tuning does not mend that, use more bits, or more --iterations for the images",
              bits,
              100 * agreement));
    }
  }

  private void fineTune(QuantizedNetwork network, ImageSource images) {
    FineTuningConfig f = config.fineTuning();
    PhiloxRandom random = new PhiloxRandom(config.seed()).child(TRAINING_STREAM);
    try (FineTuner tuner =
        new FineTuner(teacher, network, f, pretrained.preprocessing(), images, random)) {
      Optional<RunState.Saved> state =
          RunState.read(folder).filter(s -> s.stage().equals(stage()) && s.partial());
      if (state.isPresent()) {
        tuner.restore(state.get().file());
      } else if (f.findRate()) {
        findRate(tuner);
      }
      train(tuner, network);
      result.put("rate", tuner.rate());
      result.put("divergences", tuner.divergences());
      result.put("stopped_early", tuner.stopped());
      result.put("kept_calibrated", tuner.useless());
      if (tuner.useless()) {
        console.warn(
            bits
                + ": fine-tuning did not lower its loss; the calibrated network is kept. More --images or --epochs may help");
      }
    }
  }

  private void findRate(FineTuner tuner) {
    console.status(bits + ": looking for a learning rate");
    FineTuningConfig f = config.fineTuning();
    RateFinder.Result found = RateFinder.run(tuner, f.rate(), f.totalSteps());
    Map<String, Object> metric = new LinkedHashMap<>();
    metric.put("stage", stage());
    metric.put("rate_found", found.rate());
    metric.put("loss_before", number(found.before()));
    folder.metric(metric);
    console.detail(String.format(Locale.ROOT, "%s: learning rate %.2g", bits, found.rate()));
  }

  private void train(FineTuner tuner, QuantizedNetwork network) {
    FineTuningConfig f = config.fineTuning();
    Pace pace = new Pace(tuner.step(), f.totalSteps());
    double sum = 0;
    int count = 0;
    while (!tuner.finished()) {
      FineTuningStep step = tuner.next();
      pace.tick();
      sum += step.diverged() ? 0 : step.loss();
      count += step.diverged() ? 0 : 1;
      folder.metric(metric(step));
      report(step, tuner);
      String line = line(step, sum / Math.max(1, count), pace);
      console.status(line);
      if (tuner.step() % f.steps() == 0) {
        console.detail(line);
        observer.at("epoch", tuner.step() / f.steps(), classifier(network));
        sum = 0;
        count = 0;
      }
      if ((System.nanoTime() - saved) / 1e9 > config.synthesis().checkpointSeconds()
          && !tuner.finished()) {
        RunState.save(folder, stage(), 0, true, tuner.save());
        saved = System.nanoTime();
      }
    }
  }

  private void report(FineTuningStep step, FineTuner tuner) {
    if (!step.diverged()) {
      return;
    }
    boolean undone = config.fineTuning().guard().enabled();
    console.warn(
        String.format(
            Locale.ROOT,
            "%s: fine-tuning diverged at step %d (loss %.4g); %s",
            bits,
            step.step() + 1,
            step.loss(),
            !undone
                ? "not undone, as this preset wants it; use --preset default"
                : tuner.stopped()
                    ? "undone; it did so too often, training ends with the last good state"
                    : String.format(Locale.ROOT, "undone, the rate is now %.2g", tuner.rate())));
  }

  private String line(FineTuningStep s, double meanLoss, Pace pace) {
    FineTuningConfig f = config.fineTuning();
    return String.format(
        Locale.ROOT,
        "%s: epoch %d/%d, step %d/%d: loss %.4f, rate %.2g, agreement %.1f %%, %s",
        bits,
        s.step() / f.steps() + 1,
        f.epochs(),
        s.step() % f.steps() + 1,
        f.steps(),
        meanLoss,
        s.rate(),
        100 * s.agreement(),
        pace.left());
  }

  private Map<String, Object> metric(FineTuningStep s) {
    Map<String, Object> m = new LinkedHashMap<>();
    m.put("stage", stage());
    m.put("step", s.step());
    m.put("rate", s.rate());
    m.put("loss", number(s.loss()));
    m.put("gradient_norm", number(s.gradientNorm()));
    m.put("agreement", s.agreement());
    if (s.diverged()) {
      m.put("diverged", true);
    }
    return m;
  }

  /** JSON has no NaN. */
  private static Double number(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private Map<String, String> provenance() {
    Map<String, String> p = new TreeMap<>();
    Map<String, String> run = new TreeMap<>(folder.identity());
    run.remove(RunFolder.STARTED);
    run.put("images", Integer.toString(config.synthesis().images()));
    run.put("iterations", Integer.toString(config.synthesis().iterations()));
    run.put("fine_tuning_steps", Integer.toString(config.fineTuning().totalSteps()));
    run.forEach((key, value) -> p.put(RunFolder.METADATA_PREFIX + key, value));
    String names = pretrained.metadata().get(Pretrained.CLASS_NAMES);
    if (names != null) {
      p.put(Pretrained.CLASS_NAMES, names);
    }
    return p;
  }
}
