package org.intraq.synthesis;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.ConfigException;
import org.intraq.config.Presets;
import org.intraq.config.SynthesisConfig;
import org.intraq.config.SynthesisConfig.StatisticsScale;
import org.intraq.golden.TestNetworks;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class SynthesisTest {
  private static SynthesisConfig config(String preset, String settings) {
    return Presets.read(
            ConfigFactory.parseString(settings)
                .withFallback(Presets.tree(preset, Presets.Profile.CIFAR10)))
        .synthesis();
  }

  private static final int SIDE = 8;
  private static final int BATCH = 8;
  private static final Weights WEIGHTS = reachable();

  /** Images of waves over a colour: their statistics are far from those of noise. */
  private static float[] waves(int n, long seed) {
    PhiloxRandom random = new PhiloxRandom(seed);
    float[] images = new float[n * SIDE * SIDE * 3];
    for (int i = 0; i < n; i++) {
      double fx = 3 * random.nextDouble();
      double fy = 3 * random.nextDouble();
      for (int c = 0; c < 3; c++) {
        double phase = 6 * random.nextDouble();
        double colour = c - 1 + random.nextDouble();
        for (int p = 0; p < SIDE * SIDE; p++) {
          int row = p / SIDE;
          double wave = Math.sin((fx * (p % SIDE) + fy * row) / 2 + phase);
          images[(i * SIDE * SIDE + p) * 3 + c] = (float) (colour + 1.5 * wave);
        }
      }
    }
    return images;
  }

  /**
   * Random weights, and for statistics those of 256 images of waves: statistics that images can
   * reach.
   */
  private static Weights reachable() {
    Network network = TestNetworks.tiny();
    try (Backend backend = new CpuBackend(2);
        Parameters parameters =
            new Parameters(backend, network, Initializer.initialize(network, 3), true)) {
      // Running statistics forget a tenth at each pass: 0.9^80 is 2e-4.
      for (int pass = 0; pass < 80; pass++) {
        try (Tape tape = Tape.inference(backend)) {
          Variable x = Variable.constant(tape.scope().of(waves(256, 7), 256, SIDE, SIDE, 3));
          Forward.run(tape, parameters, x, Forward.Mode.TRAIN, Hooks.NONE);
        }
      }
      return parameters.download();
    }
  }

  /** The statistics' loss of images as they are. */
  private static double statistics(Parameters teacher, float[] images) {
    return statistics(teacher, images, StatisticsScale.ABSOLUTE);
  }

  private static double statistics(Parameters teacher, float[] images, StatisticsScale scale) {
    Backend backend = teacher.scope().backend();
    var loss = new BatchNormStatisticsLoss(teacher, scale);
    try (Tape tape = Tape.inference(backend)) {
      int n = images.length / (SIDE * SIDE * 3);
      Variable x = Variable.constant(tape.scope().of(images, n, SIDE, SIDE, 3));
      var terms = loss.apply(tape, Forward.run(tape, teacher, x, Forward.Mode.EVALUATE, loss));
      return backend.memory().item(terms.mean().value())
          + backend.memory().item(terms.variance().value());
    }
  }

  /**
   * BatchNorm undoes a factor in the weights before it, which its statistics show. A loss in a
   * layer's own units does not see it either.
   */
  @Test
  void inTheUnitsOfALayerTheScaleOfItsWeightsDoesNotMatter() {
    float factor = 30;
    Weights scaled = new Weights();
    WEIGHTS
        .entries()
        .forEach(
            (name, entry) -> {
              float by =
                  switch (name) {
                    case "layer2.0.conv1.weight", "layer2.0.bn1.running_mean" -> factor;
                    case "layer2.0.bn1.running_var" -> factor * factor;
                    default -> 1;
                  };
              float[] values = entry.values().clone();
              for (int i = 0; i < values.length; i++) {
                values[i] *= by;
              }
              scaled.put(name, entry.shape(), values);
            });
    try (Backend backend = new CpuBackend(1);
        Parameters plain = new Parameters(backend, TestNetworks.tiny(), WEIGHTS, false);
        Parameters large = new Parameters(backend, TestNetworks.tiny(), scaled, false)) {
      float[] images = waves(BATCH, 99);
      double own = statistics(plain, images, StatisticsScale.LAYER);
      assertEquals(own, statistics(large, images, StatisticsScale.LAYER), 1e-3 * own);
      assertTrue(statistics(large, images) > 10 * statistics(plain, images));
    }
  }

  /**
   * From 200 iterations on the learned images meet the statistics better than as many real images
   * do, which is what the method promises; 50 go three quarters of the way from noise. Classes take
   * longer.
   */
  @ParameterizedTest
  @CsvSource({
    "default, 50",
    "default, 200",
    "default, 1000",
    "paper, 50",
    "paper, 200",
    "paper, 1000",
    "released, 50",
    "released, 200",
    "released, 1000"
  })
  void imagesReachTheStatisticsAtEveryBudget(String preset, int iterations) {
    SynthesisConfig config = config(preset, "synthesis.iterations = " + iterations);
    Network network = TestNetworks.tiny();
    try (Backend backend = new CpuBackend(2);
        Parameters teacher = new Parameters(backend, network, WEIGHTS, false);
        BatchSynthesis batch =
            new BatchSynthesis(
                teacher, config, new ClassCentres(4, 16), new PhiloxRandom(1), BATCH)) {
      double noise = statistics(teacher, batch.images());
      double real = statistics(teacher, waves(BATCH, 99));
      assertTrue(noise > 20 * real, "noise is too good to learn from: " + noise);
      SynthesisStep first = null;
      SynthesisStep last = null;
      while (!batch.finished()) {
        last = batch.step();
        first = first == null ? last : first;
        assertTrue(last.isFinite());
      }
      assertEquals(0, batch.undone());
      double learned = statistics(teacher, batch.images());
      double bound = iterations >= 200 ? real : noise / 4;
      assertTrue(learned < bound, "statistics " + learned + ", expected less than " + bound);
      assertTrue(last.total() < first.total(), first + ", " + last);
      if (iterations >= 1000) {
        assertTrue(last.inception() < first.inception() / 2, first + ", " + last);
      }
    }
  }

  @Test
  void balancedLabelsAreBalanced() {
    Network network = TestNetworks.tiny();
    try (Backend backend = new CpuBackend(1);
        Parameters teacher = new Parameters(backend, network, WEIGHTS, false);
        BatchSynthesis batch =
            new BatchSynthesis(
                teacher, config("default", ""), new ClassCentres(4, 16), new PhiloxRandom(1), 12)) {
      int[] labels = batch.labels();
      for (int c = 0; c < 4; c++) {
        int label = c;
        assertEquals(3, IntStream.of(labels).filter(l -> l == label).count());
      }
    }
  }

  @Property(tries = 200)
  void boxesLieWithinTheImage(
      @ForAll @IntRange(min = 1, max = 40) int h,
      @ForAll @IntRange(min = 1, max = 40) int w,
      @ForAll long seed,
      @ForAll boolean side,
      @ForAll boolean perImage) {
    SynthesisConfig config =
        config(
            "released",
            "synthesis.reinforcement { crop = %s, coin = %s, probability = 0.7 }"
                .formatted(side ? "side" : "area", perImage ? "image" : "batch"));
    new LocalObjectReinforcement(config.reinforcement())
        .draw(new PhiloxRandom(seed), 5, h, w)
        .ifPresent(
            parts -> {
              for (int i = 0; i < 5; i++) {
                int[] b = Arrays.copyOfRange(parts.boxes(), 4 * i, 4 * i + 4);
                assertTrue(b[0] >= 0 && b[2] >= 1 && b[0] + b[2] <= h, Arrays.toString(b));
                assertTrue(b[1] >= 0 && b[3] >= 1 && b[1] + b[3] <= w, Arrays.toString(b));
              }
            });
  }

  @Test
  void areaBoxesKeepTheAskedShareAndAspect() {
    PhiloxRandom random = new PhiloxRandom(3);
    double least = 1;
    double most = 0;
    for (int i = 0; i < 2000; i++) {
      int[] b = LocalObjectReinforcement.areaBox(random, 0.5, 1, 4.0 / 3, 10, 224, 224);
      double share = b[2] * b[3] / (224.0 * 224);
      double aspect = (double) b[3] / b[2];
      least = Math.min(least, share);
      most = Math.max(most, share);
      assertTrue(aspect > 0.73 && aspect < 1.37, "aspect " + aspect);
    }
    assertTrue(least > 0.49 && least < 0.53, "smallest share " + least);
    assertTrue(most > 0.95, "largest share " + most);
  }

  @Test
  void halfOfTheBatchesAreCropped() {
    var reinforcement = new LocalObjectReinforcement(config("released", "").reinforcement());
    PhiloxRandom random = new PhiloxRandom(9);
    long cropped =
        IntStream.range(0, 2000)
            .filter(i -> reinforcement.draw(random.child(i), 1, 8, 8).isPresent())
            .count();
    // Binomial(2000, 1/2) has a deviation of 22.
    assertTrue(Math.abs(cropped - 1000) < 110, "cropped " + cropped);
  }

  @Test
  void targetsFollowThePreset() {
    float[] paper =
        SoftInceptionLoss.drawTargets(new PhiloxRandom(1), config("paper", "").inception(), 1000);
    float[] released =
        SoftInceptionLoss.drawTargets(
            new PhiloxRandom(1), config("released", "").inception(), 1000);
    int ones = 0;
    for (int i = 0; i < 1000; i++) {
      assertTrue(paper[i] >= 0.95f && paper[i] < 1f);
      assertTrue(released[i] >= 0.95f && released[i] <= 1f);
      ones += released[i] == 1f ? 1 : 0;
    }
    // Binomial(1000, 1/2) has a deviation of 16.
    assertTrue(Math.abs(ones - 500) < 80, "ones " + ones);
  }

  @Test
  void centresAreMeansOfFinishedImages() {
    ClassCentres centres = new ClassCentres(3, 2);
    assertFalse(centres.known(new int[] {1})[0]);
    centres.add(new float[] {1, 2, 3, 4, 10, 10}, new int[] {1, 1, 2});
    float[] of = centres.of(new int[] {2, 1});
    assertEquals(10f, of[0]);
    assertEquals(2f, of[2]);
    assertEquals(3f, of[3]);
    float[] weights = MarginalDistanceConstraint.weights(new boolean[] {true, false, true});
    assertEquals(0.5f, weights[0], 1e-6f);
    assertEquals(0f, weights[1]);
  }

  @Test
  void aNetworkWithoutBatchNormIsRefused() {
    NetworkBuilder b = new NetworkBuilder(NetworkBuilder.Padding.SYMMETRIC, 1e-5f);
    var x = b.activation("relu", b.conv("conv", b.input(8, 8, 3), 4, 3, 1, 1), 6f);
    b.linear("linear", b.globalAverage("pool", x), 2, true);
    Network network = b.build("plain", 2);
    try (Backend backend = new CpuBackend(1);
        Parameters teacher =
            new Parameters(backend, network, Initializer.initialize(network, 1), false)) {
      var e = assertThrows(ConfigException.class, () -> new BatchNormStatisticsLoss(teacher));
      assertTrue(e.getMessage().contains("BatchNorm"), e.getMessage());
    }
  }
}
