package org.intraq.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.intraq.config.CalibrationConfig;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.images.ImageSource;
import org.intraq.images.StoredImages;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Split;
import org.intraq.models.eval.Classifier;
import org.intraq.models.names.Pretrained;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.Calibration;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code intraq demo}: the whole method on what the project ships. */
@Command(
    name = "demo",
    description = {
      "Quantizes the network that comes with the project to W4A4 and W3A3.",
      "It is a ResNet-20 for Fashion-MNIST. No data is used but to measure the results, on the",
      "10,000 test images."
    },
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final String WEIGHTS = "models/pretrained/resnet20_fashion.safetensors";
  private static final String DATA = "models/data/fashion-mnist";
  private static final Path RUNS = Path.of("runs");
  private static final int NOISE_IMAGES = 128;
  private static final long NOISE_STREAM = 5;

  /** A fraction of the default budget, so that all of it takes four minutes on two cores. */
  private static final Map<String, Object> BUDGET =
      Map.of(
          "bits", "w4a4,w3a3",
          "synthesis.images", 256,
          "synthesis.batch", 128,
          "synthesis.iterations", 120,
          "calibration.batch", 128,
          "fine-tuning.epochs", 3,
          "fine-tuning.steps", 40,
          "fine-tuning.batch", 64,
          "fine-tuning.hints", 30); // so few steps need them: docs/accuracy.md

  @Mixin private CommonOptions common;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Where to write (default: a new folder runs/demo-N).")
  private Path out;

  @Option(names = "--resume", description = "Go on with the demo in --out.")
  private boolean resume;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "0",
      description = "Measure with the first N test images only.")
  private int limit;

  @Override
  public Integer call() {
    common.output().start();
    Path home = Path.of(System.getProperty("intraq.home", ""));
    Pretrained pretrained = Pretrained.load(home.resolve(WEIGHTS));
    ImageDataset data = Datasets.open(home.resolve(DATA), Split.TEST);
    Config tree =
        ConfigFactory.parseMap(BUDGET)
            .withFallback(ConfigFactory.parseMap(Map.of("seed", common.seed())))
            .withFallback(Presets.tree("default", Presets.Profile.CIFAR10));
    try (Job job = Job.open(common, pretrained, tree, Map.of(), folder(), resume)) {
      job.remember(Map.of("limit", limit));
      job.synthesize();
      try (StoredImages images = job.images()) {
        List<Job.Row> rows = new ArrayList<>();
        List<Job.Row> own = job.quantize(images, data, limit, false);
        rows.add(own.getFirst());
        for (Bits width : QuantizeOptions.widths(job.config)) {
          rows.add(onNoise(job, width, data));
          own.stream().filter(r -> r.bits().equals(width.toString())).forEach(rows::add);
        }
        Finish.run(job, images, data, rows, common);
      }
    }
    return 0;
  }

  /** What has neither images nor training: ranges by minimum and maximum on noise. */
  private Job.Row onNoise(Job job, Bits width, ImageDataset data) {
    IntraQConfig paper = Presets.of("paper", Presets.Profile.CIFAR10);
    CalibrationConfig calibration = paper.calibration();
    var network = job.pretrained.network();
    var in = network.input();
    PhiloxRandom random = new PhiloxRandom(job.config.seed()).child(NOISE_STREAM);
    float[] values = new float[NOISE_IMAGES * in.h() * in.w() * in.c()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.normal();
    }
    ImageSource noise = ImageSource.of(values, new int[NOISE_IMAGES]);
    BitPlan plan = BitPlan.of(network, width, paper.quantizer());
    try (QuantizedNetwork quantized =
        new QuantizedNetwork(
            job.backend, network, job.pretrained.weights(), plan, paper.quantizer())) {
      Calibration.run(job.teacher, quantized, calibration, noise);
      Classifier classifier = Classifier.of(quantized.parameters(), quantized.quantizer());
      return job.measure("min-max on noise", width, classifier, data, limit);
    }
  }

  /** The one asked for, or else the first of {@code runs/demo-N} that is free. */
  private Path folder() {
    if (out != null) {
      return out;
    }
    if (resume) {
      throw new UserException("--resume: which demo? name its folder with --out");
    }
    try {
      Files.createDirectories(RUNS);
    } catch (IOException e) {
      throw new UserException("no folder runs can be made here; name another with --out", e);
    }
    int free = 1;
    while (Files.exists(RUNS.resolve("demo-" + free))) {
      free++;
    }
    return RUNS.resolve("demo-" + free);
  }
}
