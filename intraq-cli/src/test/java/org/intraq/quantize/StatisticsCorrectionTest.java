package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.util.HashMap;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.golden.TestNetworks;
import org.intraq.images.ImageSource;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import org.junit.jupiter.api.Test;

final class StatisticsCorrectionTest {
  private static final int N = 64;
  private static final int LENGTH = 8 * 8 * 3;
  private static final String LAYER = "layer1.0.bn1";

  private final Backend backend = new CpuBackend(1);
  private final Network network = TestNetworks.tiny();
  private final float[] images = images(1);
  private final Weights weights = statisticsOf(images);
  private final Parameters teacher = new Parameters(backend, network, weights, false);

  private static float[] images(float scale) {
    PhiloxRandom random = new PhiloxRandom(5);
    float[] values = new float[N * LENGTH];
    for (int i = 0; i < values.length; i++) {
      values[i] = scale * random.normal();
    }
    return values;
  }

  /** Random weights with the statistics of these images: 0.9^100 of the initial ones is left. */
  private Weights statisticsOf(float[] values) {
    try (Parameters p =
        new Parameters(backend, network, Initializer.initialize(network, 3), true)) {
      for (int pass = 0; pass < 100; pass++) {
        try (Tape tape = Tape.inference(backend)) {
          Variable x = Variable.constant(tape.scope().of(values, N, 8, 8, 3));
          Forward.run(tape, p, x, Forward.Mode.TRAIN, Hooks.NONE);
        }
      }
      return p.download();
    }
  }

  private QuantizedNetwork quantized(boolean correct, float[] values) {
    IntraQConfig config =
        Presets.read(
            ConfigFactory.parseMap(
                    Map.of("calibration.correct-statistics", correct, "bits", "w3a3"))
                .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)));
    BitPlan plan = BitPlan.of(network, Bits.parse("w3a3"), config.quantizer());
    QuantizedNetwork q = new QuantizedNetwork(backend, network, weights, plan, config.quantizer());
    Calibration.run(teacher, q, config.calibration(), ImageSource.of(values, new int[N]));
    return q;
  }

  /** Means, then variances, of the input of the layer that is looked at. */
  private float[] moments(QuantizedNetwork q) {
    Hooks inner = q.quantizer();
    Hooks hooks =
        new Hooks() {
          @Override
          public Variable weight(Tape tape, Node node, Variable weight) {
            return inner.weight(tape, node, weight);
          }

          @Override
          public Variable activation(Tape tape, Node.Activation node, Variable y) {
            return inner.activation(tape, node, y);
          }

          @Override
          public boolean wantsMoments(Node.BatchNorm node) {
            return node.name().equals(LAYER);
          }
        };
    Map<String, float[]> found = new HashMap<>();
    try (Tape tape = Tape.inference(backend)) {
      Variable x = Variable.constant(tape.scope().of(images, N, 8, 8, 3));
      Forward.run(tape, q.parameters(), x, Forward.Mode.EVALUATE, hooks)
          .moments()
          .forEach((name, m) -> found.put(name, backend.memory().toArray(m.value())));
    }
    return found.get(LAYER);
  }

  private float[] running(Parameters p, String what) {
    return backend.memory().toArray(p.get(LAYER + "." + what).value());
  }

  /** The largest mean, in deviations, that the layer leaves; 0 in the full-precision network. */
  private double offCentre(QuantizedNetwork q) {
    float[] moments = moments(q);
    float[] mean = running(q.parameters(), "running_mean");
    float[] variance = running(q.parameters(), "running_var");
    double worst = 0;
    for (int c = 0; c < mean.length; c++) {
      worst = Math.max(worst, Math.abs(moments[c] - mean[c]) / Math.sqrt(variance[c]));
    }
    return worst;
  }

  @Test
  void whereImagesMeetTheStatisticsNothingIsLeftOfTheShift() {
    try (QuantizedNetwork plain = quantized(false, images);
        QuantizedNetwork corrected = quantized(true, images)) {
      assertTrue(offCentre(plain) > 0.05, "too little is shifted: " + offCentre(plain));
      // What is left comes from the ranges, which are taken again behind the correction.
      assertTrue(offCentre(corrected) < 0.2 * offCentre(plain), "left: " + offCentre(corrected));
      float[] moments = moments(corrected);
      float[] variance = running(corrected.parameters(), "running_var");
      for (int c = 0; c < variance.length; c++) {
        assertEquals(1, moments[variance.length + c] / variance[c], 0.1, "channel " + c);
      }
    }
  }

  /** Ten times the contrast: variances are off by a hundred, so the trust is 1e-4. */
  @Test
  void whereTheyDoNotMeetThemNothingIsCorrected() {
    try (QuantizedNetwork corrected = quantized(true, images(10))) {
      float[] before = running(teacher, "running_mean");
      float[] after = running(corrected.parameters(), "running_mean");
      float[] variance = running(teacher, "running_var");
      float[] varianceAfter = running(corrected.parameters(), "running_var");
      for (int c = 0; c < before.length; c++) {
        assertEquals(before[c], after[c], 1e-2 * Math.sqrt(variance[c]), "channel " + c);
        assertEquals(1, varianceAfter[c] / variance[c], 1e-2, "channel " + c);
      }
    }
  }

  @Property
  void trustFallsWithTheDistance(
      @ForAll @FloatRange(min = -5, max = 5) float mean,
      @ForAll @FloatRange(min = 0.01f, max = 100) float variance,
      @ForAll @FloatRange(min = 1, max = 10) float factor,
      @ForAll @FloatRange(min = 0, max = 5) float off) {
    assertEquals(1, StatisticsCorrection.trust(mean, variance, mean, variance), 1e-6);
    float larger = StatisticsCorrection.trust(mean, variance, mean, variance * factor);
    float smaller = StatisticsCorrection.trust(mean, variance * factor, mean, variance);
    assertEquals(1 / (factor * factor), larger, 1e-4);
    assertEquals(larger, smaller, 1e-4);
    float moved = StatisticsCorrection.trust(mean, variance, mean + off, variance * factor);
    assertTrue(moved >= 0 && moved <= larger + 1e-6, moved + " after " + larger);
  }
}
