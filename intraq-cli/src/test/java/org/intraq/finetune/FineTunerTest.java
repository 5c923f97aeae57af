package org.intraq.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.golden.TestNetworks;
import org.intraq.images.ImageSource;
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

/** Fine-tuning on a network of a moment: it learns, and nothing makes it diverge. */
final class FineTunerTest {
  private static final String BUDGET =
      "calibration.batch = 16, fine-tuning { epochs = 4, steps = 20, batch = 16, guard.interval = 5 }";

  private record Outcome(
      List<FineTuningStep> steps, FineTuner tuner, Weights before, Weights after) {}

  private static Outcome train(String settings, boolean findRate) {
    IntraQConfig config =
        Presets.read(
            ConfigFactory.parseString(settings)
                .withFallback(ConfigFactory.parseString(BUDGET))
                .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)));
    Network network = TestNetworks.tiny();
    Weights weights = Initializer.initialize(network, 3);
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
    BitPlan plan = BitPlan.uniform(network, new Bits(3, 3));
    try (Backend backend = new CpuBackend(2);
        Parameters teacher = new Parameters(backend, network, weights, false);
        QuantizedNetwork student =
            new QuantizedNetwork(backend, network, weights, plan, config.quantizer())) {
      Calibration.run(teacher, student, config.calibration(), source);
      try (FineTuner tuner =
          new FineTuner(teacher, student, config.fineTuning(), source, random.child(1))) {
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

  private static boolean isFinite(Weights weights) {
    boolean finite = true;
    for (var entry : weights.entries().values()) {
      for (float v : entry.values()) {
        finite &= Float.isFinite(v);
      }
    }
    return finite;
  }

  private static double mean(List<FineTuningStep> steps) {
    return steps.stream().mapToDouble(FineTuningStep::loss).average().orElseThrow();
  }

  @Test
  void theDefaultLearns() {
    // Without cross-entropy: a random teacher cannot predict the labels, and log 4 of loss would
    // stay.
    Outcome o = train("fine-tuning.cross-entropy = 0", true);
    double first = mean(o.steps.subList(0, 10));
    double last = mean(o.steps.subList(70, 80));
    assertTrue(last < first, "mean loss " + first + " at first, " + last + " at last");
    assertEquals(0, o.tuner.divergences());
    assertFalse(o.tuner.useless());
  }

  @Test
  void aRateThatDivergesIsUndone() {
    String wild =
        "fine-tuning { optimizer = sgd, rate = 10, find-rate = false, clip-norm = 0, warm-up = 0, guard.attempts = 20 }";
    Outcome o = train(wild, false);
    assertTrue(o.tuner.divergences() > 0, "nothing diverged: the test tests nothing");
    assertTrue(o.tuner.rate() < 10);
    assertTrue(isFinite(o.after));
  }

  @Test
  void withoutGuardItDiverges() {
    String wild =
        "fine-tuning { optimizer = sgd, rate = 10, find-rate = false, clip-norm = 0, warm-up = 0, guard.enabled = false }";
    Outcome o = train(wild, false);
    assertTrue(o.tuner.divergences() > 0);
    assertFalse(isFinite(o.after) && mean(o.steps.subList(70, 80)) < o.steps.getFirst().loss());
  }

  @Test
  void tooManyDivergencesEndTheTraining() {
    String wild =
        "fine-tuning { optimizer = sgd, rate = 1e9, find-rate = false, clip-norm = 0, warm-up = 0, guard { attempts = 1, retreat = 0.9 } }";
    Outcome o = train(wild, false);
    assertTrue(o.tuner.stopped());
    assertTrue(o.steps.size() < 80);
    assertTrue(isFinite(o.after));
  }

  @Test
  void theRateIsFoundFarBelowOneThatDiverges() {
    Outcome o = train("fine-tuning { optimizer = sgd, rate = 1, clip-norm = 0 }", true);
    assertTrue(o.tuner.rate() < 0.2, "rate " + o.tuner.rate());
    assertTrue(isFinite(o.after));
    assertTrue(mean(o.steps.subList(70, 80)) < o.steps.getFirst().loss());
  }
}
