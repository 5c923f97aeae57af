package org.intraq.cuda.step;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.intraq.cuda.host.HostDriver;
import org.intraq.finetune.FineTuner;
import org.intraq.finetune.FineTuningStep;
import org.intraq.images.ImageSource;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.Calibration;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.synthesis.BatchSynthesis;
import org.intraq.synthesis.ClassCentres;
import org.intraq.synthesis.SynthesisStep;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Networks, a step of synthesis and one of fine-tuning, on CUDA as on the CPU. */
class WholeStepTest {
  private static final int BATCH = 4;
  private static final int STEPS = 5;

  /** Layers of the deepest network times the longest sum of one, 3 x 3 x 8. */
  private static final double ROUNDINGS = 6 * 72;

  private static List<CudaBackend> backends;
  private static Backend cpu;

  @BeforeAll
  static void open() {
    backends = CudaTesting.backends();
    cpu = new CpuBackend(1);
    CudaTesting.need(hasConvolution(backends.getFirst()), "there is no CUDA convolution yet");
  }

  private static boolean hasConvolution(Backend backend) {
    try (Scope scope = new Scope(backend, "probe")) {
      Tensor one = scope.zeros(Shape.of(1, 1, 1, 1));
      Tensor y = scope.f32(1, 1, 1, 1);
      backend.convolution().forward(Conv2dShape.of(1, 1, 1, 1, 1, 1, 1, 0), one, one, y);
      return true;
    } catch (UnsupportedOperationException e) {
      return false;
    }
  }

  @AfterAll
  static void close() {
    if (backends == null) {
      return;
    }
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.memory().liveBytes(), "leaked bytes");
      backend.close();
    }
    cpu.close();
  }

  static List<Network> networks() {
    return List.of(TinyNetworks.resNet(), TinyNetworks.mobileNet());
  }

  private static float[] logits(Backend backend, Network network, float[] x) {
    try (Parameters p =
            new Parameters(backend, network, Initializer.initialize(network, 3), false);
        Tape tape = Tape.inference(backend)) {
      int side = TinyNetworks.SIDE;
      Variable images = Variable.constant(tape.scope().of(x, BATCH, side, side, 3));
      var result = Forward.run(tape, p, images, Forward.Mode.EVALUATE, Hooks.NONE);
      return backend.memory().toArray(result.logits().value());
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void forwardPass(Network network) {
    float[] x = KernelData.signed(BATCH * TinyNetworks.SIDE * TinyNetworks.SIDE * 3, 1);
    float[] expected = logits(cpu, network, x);
    KernelData.assertNotDegenerate(expected);
    double largest = 0;
    for (float e : expected) {
      largest = Math.max(largest, Math.abs(e));
    }
    for (CudaBackend cuda : backends) {
      float[] y = logits(cuda, network, x);
      assertArrayEquals(expected, y, (float) (ROUNDINGS * EPS * largest));
      assertArrayEquals(y, logits(cuda, network, x), "a second run gives other bits");
    }
  }

  private static IntraQConfig config(String settings) {
    return Presets.read(
        ConfigFactory.parseString(settings)
            .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)));
  }

  private record Synthesised(List<SynthesisStep> steps, float[] images) {}

  private static BatchSynthesis batch(Parameters teacher, Network network) {
    int features = 8 * (network.name().contains("mobile") ? 2 : 1);
    return new BatchSynthesis(
        teacher,
        config("synthesis.iterations = " + STEPS).synthesis(),
        new ClassCentres(TinyNetworks.CLASSES, features),
        new PhiloxRandom(1),
        BATCH);
  }

  /** Synthesis of a few steps; {@code resumed}: each in a batch of its own, by save and restore. */
  private static Synthesised synthesise(Backend backend, Network network, boolean resumed) {
    List<SynthesisStep> steps = new ArrayList<>();
    try (Parameters teacher =
        new Parameters(backend, network, Initializer.initialize(network, 3), false)) {
      BatchSynthesis batch = batch(teacher, network);
      while (!batch.finished()) {
        steps.add(batch.step());
        if (resumed) {
          byte[] saved = SafetensorsWriter.toBytes(batch.save(), Map.of());
          batch.close();
          batch = batch(teacher, network);
          batch.restore(WeightFiles.read("batch", saved));
        }
      }
      float[] images = batch.images();
      batch.close();
      return new Synthesised(steps, images);
    }
  }

  @ParameterizedTest
  @MethodSource("networks")
  void synthesis(Network network) {
    Synthesised expected = synthesise(cpu, network, false);
    for (CudaBackend cuda : backends) {
      int before = graphs(cuda);
      Synthesised y = synthesise(cuda, network, false);
      SynthesisStep e = expected.steps.getFirst();
      SynthesisStep a = y.steps.getFirst();
      // Noise is the CPU's bit for bit, so the losses of the first step differ by rounding alone.
      assertEquals(e.statisticsMean(), a.statisticsMean(), ROUNDINGS * EPS * e.total());
      assertEquals(e.statisticsVariance(), a.statisticsVariance(), ROUNDINGS * EPS * e.total());
      assertEquals(e.inception(), a.inception(), ROUNDINGS * EPS * e.total());
      assertEquals(e.total(), a.total(), ROUNDINGS * EPS * e.total());
      assertEquals(e.agreement(), a.agreement());
      for (SynthesisStep step : y.steps) {
        assertTrue(step.isFinite(), step::toString);
      }
      if (cuda.gpu().driver() instanceof HostDriver) {
        assertTrue(graphs(cuda) > before, "no step was replayed");
      }
      assertArrayEquals(y.images, synthesise(cuda, network, false).images, "other bits again");
      // A resumed batch starts anew: each of its steps is submitted as it is, none replayed.
      Synthesised eager = synthesise(cuda, network, true);
      assertEquals(y.steps, eager.steps, "replayed steps differ from submitted ones");
      assertArrayEquals(y.images, eager.images, "replayed steps differ from submitted ones");
    }
  }

  private static int graphs(CudaBackend cuda) {
    return cuda.gpu().driver() instanceof HostDriver host ? host.graphLaunches() : 0;
  }

  private record Tuned(FineTuningStep step, Weights weights) {}

  private static Tuned fineTune(Backend backend, Network network) {
    IntraQConfig config =
        config(
            "calibration.batch = 4, fine-tuning { epochs = 1, steps = 2, batch = 4, hints = 30 }");
    Weights weights = Initializer.initialize(network, 3);
    float[] images = KernelData.signed(8 * TinyNetworks.SIDE * TinyNetworks.SIDE * 3, 7);
    ImageSource source = ImageSource.of(images, new int[] {0, 1, 2, 3, 0, 1, 2, 3});
    BitPlan plan = BitPlan.uniform(network, new Bits(8, 8));
    PhiloxRandom random = new PhiloxRandom(5);
    try (Parameters teacher = new Parameters(backend, network, weights, false);
        QuantizedNetwork student =
            new QuantizedNetwork(backend, network, weights, plan, config.quantizer())) {
      Calibration.run(teacher, student, config.calibration(), source);
      try (FineTuner tuner =
          new FineTuner(
              teacher, student, config.fineTuning(), Preprocessing.CIFAR, source, random)) {
        return new Tuned(tuner.next(), student.parameters().download());
      }
    }
  }

  @Test
  void fineTuning() {
    Network network = TinyNetworks.resNet();
    Tuned expected = fineTune(cpu, network);
    for (CudaBackend cuda : backends) {
      Tuned y = fineTune(cuda, network);
      // A value that rounding moves to the next code moves by 2^-8 of its range.
      double flip = Math.scalb(1.0, -8);
      assertEquals(expected.step.loss(), y.step.loss(), flip * Math.abs(expected.step.loss()));
      assertEquals(
          expected.step.gradientNorm(), y.step.gradientNorm(), flip * expected.step.gradientNorm());
      Tuned again = fineTune(cuda, network);
      assertEquals(y.step, again.step, "a second run gives other bits");
      y.weights
          .entries()
          .forEach(
              (name, entry) ->
                  assertArrayEquals(
                      entry.values(), again.weights.entries().get(name).values(), name));
    }
  }
}
