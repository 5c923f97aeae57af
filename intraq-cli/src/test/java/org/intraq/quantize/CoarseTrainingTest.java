package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import com.typesafe.config.ConfigFactory;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which algorithm sums a quantized convolution: Winograd's while at most five bits are trained,
 * term by term wherever ranges are chosen or a network is evaluated. Sums have other bits with the
 * one than with the other.
 */
final class CoarseTrainingTest {
  private static final int N = 2;

  private final Backend backend = new CpuBackend(2);
  private final Network network = TestNetworks.akamaster();

  /**
   * The quantizer's own answers, with the activations as they are before they are rounded.
   *
   * @param algorithm null for the quantizer's own
   */
  private record Watched(FakeQuantizer inner, Boolean algorithm, List<float[]> seen)
      implements Hooks {
    @Override
    public Variable weight(Tape tape, Node node, Variable weight) {
      return inner.weight(tape, node, weight);
    }

    @Override
    public boolean direct(Tape tape, Node.Conv node) {
      return algorithm != null ? algorithm : inner.direct(tape, node);
    }

    @Override
    public Variable activation(Tape tape, Node.Activation node, Variable y) {
      seen.add(tape.backend().memory().toArray(y.value()));
      return inner.activation(tape, node, y);
    }
  }

  private static float[] images() {
    PhiloxRandom random = new PhiloxRandom(5);
    float[] values = new float[N * 32 * 32 * 3];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.normal();
    }
    return values;
  }

  private QuantizedNetwork student(int bits) {
    IntraQConfig config =
        Presets.read(
            ConfigFactory.parseString("calibration.batch = 2")
                .withFallback(Presets.tree("default", Presets.Profile.CIFAR10)));
    Weights weights = Initializer.initialize(network, 3);
    BitPlan plan = BitPlan.uniform(network, new Bits(bits, bits));
    var student = new QuantizedNetwork(backend, network, weights, plan, config.quantizer());
    try (Parameters teacher = new Parameters(backend, network, weights, false)) {
      ImageSource source = ImageSource.of(images(), new int[N]);
      Calibration.run(teacher, student, config.calibration(), source);
    }
    return student;
  }

  private float[][] activations(QuantizedNetwork student, boolean training, Boolean direct) {
    var hooks = new Watched(student.quantizer(), direct, new ArrayList<>());
    try (Tape tape = training ? new Tape(backend) : Tape.inference(backend)) {
      Variable x = Variable.constant(tape.scope().of(images(), N, 32, 32, 3));
      Forward.run(tape, student.parameters(), x, Forward.Mode.EVALUATE, hooks);
    }
    return hooks.seen.toArray(float[][]::new);
  }

  @ParameterizedTest
  @ValueSource(ints = {4, 5, 6})
  void onlyFewBitsAreTrainedByWinogradAndAllEvaluatedDirectly(int bits) {
    try (QuantizedNetwork student = student(bits)) {
      float[][] winograd = activations(student, true, false);
      float[][] direct = activations(student, true, true);
      assertFalse(Arrays.deepEquals(winograd, direct), "the algorithms cannot be told apart");
      float[][] trained = bits <= 5 ? winograd : direct;
      assertArrayEquals(trained, activations(student, true, null), "training");
      assertArrayEquals(direct, activations(student, false, null), "evaluation");
    }
  }
}
