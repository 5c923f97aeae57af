package org.intraq.finetune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.golden.TestNetworks;
import org.intraq.images.ImageSource;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Network;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.Calibration;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Fine-tuning on a network of a moment: it learns, and nothing makes it diverge. */
final class FineTunerTest {
  private static final String BUDGET =
      "calibration.batch = 16, fine-tuning { epochs = 4, steps = 20, batch = 16, guard.interval = 5 }";

  private static final int COMPARED_STEPS = 12;

  private record Outcome(
      List<FineTuningStep> steps, FineTuner tuner, Weights before, Weights after) {}

  private static Outcome train(String settings) {
    return train(settings, 3, 1f, false);
  }

  private static Outcome train(String settings, int bits, float scale) {
    return train(settings, bits, scale, false);
  }

  /** Trains a tiny network, in which one convolution and its BatchNorm are scaled. */
  private static Outcome train(String settings, int bits, float scale, boolean findRate) {
    IntraQConfig config =
        Presets.read(
            ConfigFactory.parseString(settings)
                .withFallback(ConfigFactory.parseString(BUDGET))
                .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)));
    Network network = TestNetworks.tiny();
    Weights weights = Initializer.initialize(network, 3);
    multiply(weights, "layer2.0.conv2.weight", scale);
    multiply(weights, "layer2.0.bn2.running_mean", scale);
    multiply(weights, "layer2.0.bn2.running_var", scale * scale);
    PhiloxRandom random = new PhiloxRandom(5);
    float[] images = new float[64 * 8 * 8 * 3];
    int[] labels = new int[64];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.normal();
    }
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % network.classes();
    }
    ImageSource source = ImageSource.of(images, labels);
    List<FineTuningStep> steps = new ArrayList<>();
    BitPlan plan = BitPlan.uniform(network, new Bits(bits, bits));
    try (Backend backend = new CpuBackend(2);
        Parameters teacher = new Parameters(backend, network, weights, false);
        QuantizedNetwork student =
            new QuantizedNetwork(backend, network, weights, plan, config.quantizer())) {
      Calibration.run(teacher, student, config.calibration(), source);
      try (FineTuner tuner =
          new FineTuner(
              teacher,
              student,
              config.fineTuning(),
              Preprocessing.CIFAR,
              source,
              random.child(1))) {
        if (findRate) {
          RateFinder.run(tuner, config.fineTuning().rate(), config.fineTuning().totalSteps());
        }
        while (!tuner.finished()) {
          steps.add(tuner.next());
        }
        return new Outcome(steps, tuner, weights, student.parameters().download());
      }
    }
  }

  private static void multiply(Weights weights, String name, float factor) {
    float[] values = weights.get(name).values();
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
  }

  private static boolean isFinite(Weights weights) {
    boolean finite = true;
    for (var entry : weights.entries().values()) {
      for (float v : entry.values()) {
        finite &= Float.isFinite(v);
      }
    }
    return finite;
  }

  /** Steps far too long, but none so long that the guard steps in: the calibrated network stays. */
  @Test
  void aTrainingThatEndsWorseIsUndone() {
    String settings =
        "fine-tuning { epochs = 1, steps = 3, optimizer = sgd, rate = 3, clip-norm = 0, schedule = step,"
            + " warm-up = 0, momentum = 0, guard { factor = 1e9, interval = 1000 } }";
    Outcome wild = train(settings);
    assertTrue(wild.tuner.useless(), "the loss fell from " + wild.steps);
    assertEquals(0, wild.tuner.divergences());
    Outcome none = train("fine-tuning { epochs = 1, steps = 1, optimizer = sgd, rate = 1e-30 }");
    for (String name : none.after.entries().keySet()) {
      assertArrayEquals(none.after.get(name).values(), wild.after.get(name).values(), 1e-20f, name);
    }
  }

  private static double mean(List<FineTuningStep> steps) {
    return steps.stream().mapToDouble(FineTuningStep::loss).average().orElseThrow();
  }

  /**
   * The shipped network at two bits, taught with 256 test images: on 256 others it must name
   * another class than its teacher at most two thirds as often as before. Labels are not used.
   */
  @Test
  void theDefaultLearnsWhatHoldsForImagesItHasNotSeen() {
    IntraQConfig config =
        Presets.read(
            ConfigFactory.parseString(
                    "calibration.batch = 64, fine-tuning { epochs = 1, steps = 40, batch = 32, cross-entropy = 0 }")
                .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)));
    var pretrained = Pretrained.load(Path.of("../models/pretrained/resnet20_fashion.safetensors"));
    Network network = pretrained.network();
    ImageSource taught = fashion(pretrained, 0);
    ImageSource unseen = fashion(pretrained, 256);
    BitPlan plan = BitPlan.uniform(network, new Bits(2, 2));
    try (Backend backend = new CpuBackend(2);
        Parameters teacher = new Parameters(backend, network, pretrained.weights(), false);
        QuantizedNetwork student =
            new QuantizedNetwork(
                backend, network, pretrained.weights(), plan, config.quantizer())) {
      Calibration.run(teacher, student, config.calibration(), taught);
      double before = 1 - Calibration.agreement(teacher, student, config.calibration(), unseen);
      assertTrue(before > 0.1, "two bits cost nothing: the test tests nothing");
      try (FineTuner tuner =
          new FineTuner(
              teacher,
              student,
              config.fineTuning(),
              pretrained.preprocessing(),
              taught,
              new PhiloxRandom(5))) {
        while (!tuner.finished()) {
          assertFalse(tuner.next().diverged());
        }
        assertFalse(tuner.useless());
      }
      double after = 1 - Calibration.agreement(teacher, student, config.calibration(), unseen);
      assertTrue(
          after <= before * 2 / 3, "disagrees on " + before + " before, on " + after + " after");
    }
  }

  private static ImageSource fashion(Pretrained pretrained, int from) {
    var data = Datasets.open(Path.of("../models/data/fashion-mnist"));
    var preprocessing = pretrained.preprocessing();
    int length = preprocessing.outputLength();
    float[] images = new float[256 * length];
    for (int i = 0; i < 256; i++) {
      preprocessing.apply(data.load(from + i), images, i * length);
    }
    return ImageSource.of(images, new int[256]);
  }

  @Test
  void hintsAreLearned() {
    String whole = "fine-tuning { augment = false, hints = %d%s }";
    double answer = train(whole.formatted(0, "")).steps.getFirst().loss();
    double both = train(whole.formatted(100, "")).steps.getFirst().loss();
    String alone = ", distillation = 0, cross-entropy = 0, features = 0";
    Outcome hints = train(whole.formatted(100, alone));
    double first = hints.steps.getFirst().loss();
    assertEquals(answer + first, both, 1e-3 * both, "the terms of the loss");
    double last = mean(hints.steps.subList(70, 80));
    assertTrue(last < 0.9 * first, first + " to " + last);
  }

  @Test
  void aRateThatDivergesIsUndone() {
    String wild =
        "fine-tuning { optimizer = sgd, rate = 10, clip-norm = 0, warm-up = 0, guard.attempts = 20 }";
    Outcome o = train(wild);
    assertTrue(o.tuner.divergences() > 0, "nothing diverged: the test tests nothing");
    assertTrue(o.tuner.rate() < 10);
    assertTrue(isFinite(o.after));
  }

  /**
   * However often a state is kept: what is gone back to is good, and what follows is judged by it.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 100})
  void everyDivergenceEndsInAGoodState(int interval) {
    String wild =
        "fine-tuning { optimizer = sgd, schedule = step, rate = 1000, clip-norm = 0, warm-up = 0,"
            + " guard { attempts = 20, interval = %d } }".formatted(interval);
    Outcome o = train(wild);
    double start = o.steps.getFirst().loss();
    assertTrue(o.tuner.divergences() > 1, "it diverged once at most: the test tests nothing");
    for (int i = 0; i + 1 < o.steps.size(); i++) {
      if (o.steps.get(i).diverged()) {
        assertTrue(o.steps.get(i + 1).loss() < 3 * start, "after step " + i + " of " + o.steps);
      }
    }
    assertTrue(mean(o.steps.subList(60, 80)) < 3 * start, o.steps::toString);
  }

  @Test
  void withoutGuardItDiverges() {
    String wild =
        "fine-tuning { optimizer = sgd, rate = 10, clip-norm = 0, warm-up = 0, guard.enabled = false }";
    Outcome o = train(wild);
    assertTrue(o.tuner.divergences() > 0);
    assertFalse(isFinite(o.after) && mean(o.steps.subList(70, 80)) < o.steps.getFirst().loss());
  }

  @Test
  void tooManyDivergencesEndTheTraining() {
    String wild =
        "fine-tuning { optimizer = sgd, rate = 1e9, clip-norm = 0, warm-up = 0, guard { attempts = 1, retreat = 0.9 } }";
    Outcome o = train(wild);
    assertTrue(o.tuner.stopped());
    assertTrue(o.steps.size() < 80);
    assertTrue(isFinite(o.after));
  }

  @Test
  void theRateIsFoundFarBelowOneThatDiverges() {
    Outcome o = train("fine-tuning { optimizer = sgd, rate = 1, clip-norm = 0 }", 3, 1f, true);
    assertTrue(o.tuner.rate() < 0.2, "rate " + o.tuner.rate());
    assertTrue(isFinite(o.after));
    assertTrue(mean(o.steps.subList(70, 80)) < o.steps.getFirst().loss());
  }

  /**
   * BatchNorm takes a scale of the weights before it out again: the network is the same, and has to
   * learn alike. With an absolute rate it does not. (Clipping would see another norm; after some
   * tens of steps roundings to other codes make the two differ anyway.)
   */
  @Test
  void aRelativeRateSuitsWeightsOfAnyScale() {
    String relative =
        "fine-tuning { optimizer = relative-adam, rate = 1e-3, clip-norm = 0, augment = false }";
    assertEquals(0, difference(train(relative, 8, 1f), train(relative, 8, 1f / 256)), 1e-2);
    String absolute =
        "fine-tuning { optimizer = adam, rate = 1e-3, clip-norm = 0, augment = false }";
    assertTrue(difference(train(absolute, 8, 1f), train(absolute, 8, 1f / 256)) > 1);
  }

  @Test
  void itLearnsFromAugmentedImages() {
    String once = "fine-tuning { epochs = 1, steps = 1, crop-area = %s, erase = %s }";
    double plain = train(once.formatted("0.1", "0")).steps.getFirst().loss();
    assertTrue(train(once.formatted("0.1", "1")).steps.getFirst().loss() != plain);
    assertTrue(train(once.formatted("0.9", "0")).steps.getFirst().loss() != plain);
  }

  private static double difference(Outcome a, Outcome b) {
    double sum = 0;
    for (int i = 0; i < COMPARED_STEPS; i++) {
      double loss = a.steps.get(i).loss();
      sum += Math.abs(loss - b.steps.get(i).loss()) / loss;
    }
    return sum / COMPARED_STEPS;
  }
}
