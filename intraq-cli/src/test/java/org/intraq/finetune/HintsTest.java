package org.intraq.finetune;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.golden.TestNetworks;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Observer;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.random.PhiloxRandom;
import org.junit.jupiter.api.Test;

/** The errors of the units' outputs. */
final class HintsTest {
  private static final int IMAGES = 3;

  private static float[] images() {
    PhiloxRandom random = new PhiloxRandom(8);
    float[] images = new float[IMAGES * 8 * 8 * 3];
    for (int i = 0; i < images.length; i++) {
      images[i] = random.normal();
    }
    return images;
  }

  private static Variable run(
      Tape tape, Parameters parameters, Variable images, Observer observer) {
    return Forward.run(tape, parameters, images, Forward.Mode.EVALUATE, Hooks.NONE, observer)
        .logits();
  }

  /** The sum of all units' errors, by definition. */
  private static double expected(
      Backend backend, Parameters teacher, Parameters student, Variable images) {
    double sum = 0;
    for (Node unit : teacher.network().units()) {
      float[] want = output(backend, teacher, images, unit);
      float[] got = output(backend, student, images, unit);
      double error = 0;
      double power = 0;
      for (int i = 0; i < want.length; i++) {
        error += ((double) got[i] - want[i]) * ((double) got[i] - want[i]);
        power += (double) want[i] * want[i];
      }
      sum += error / power;
    }
    return sum;
  }

  private static float[] output(
      Backend backend, Parameters parameters, Variable images, Node wanted) {
    float[][] seen = new float[1][];
    try (Tape tape = Tape.inference(backend)) {
      run(
          tape,
          parameters,
          images,
          (node, y) -> {
            if (node == wanted) {
              seen[0] = backend.memory().toArray(y.value());
            }
            return false;
          });
    }
    return seen[0];
  }

  private static Weights moved(Network network) {
    Weights weights = Initializer.initialize(network, 3);
    for (var entry : weights.entries().values()) {
      for (int i = 0; i < entry.values().length; i++) {
        entry.values()[i] *= 1 + 0.02f * (i % 5);
      }
    }
    return weights;
  }

  @Test
  void addTheErrorsOfAllUnitsAndTheirGradients() {
    Network network = TestNetworks.tiny();
    assertEquals(
        List.of("layer1.0.relu2", "layer2.0.relu2", "layer3.0.relu2"),
        network.units().stream().map(Node::name).toList());
    try (Backend backend = new CpuBackend(2);
        Scope scope = new Scope(backend, "test");
        Parameters teacher =
            new Parameters(backend, network, Initializer.initialize(network, 3), false);
        Parameters student = new Parameters(backend, network, moved(network), true)) {
      Variable images = Variable.constant(scope.of(images(), IMAGES, 8, 8, 3));
      double expected = expected(backend, teacher, student, images);
      assertTrue(expected > 1e-3, "something to learn: " + expected);
      float weight = 7;
      double loss = step(backend, teacher, student, images, weight);
      assertEquals(weight * expected, loss, 1e-5 * weight * expected);
      // Along its gradient the loss falls by the square of the gradient's length.
      double length = 0;
      float pace = 1e-4f;
      for (Variable p : student.trainable()) {
        if (p.hasGrad()) {
          for (float g : backend.memory().toArray(p.grad())) {
            length += (double) g * g;
          }
          backend.elementwise().linear(1f, p.value(), -pace, p.grad(), p.value());
          p.zeroGrad();
        }
      }
      double after = step(backend, teacher, student, images, weight);
      assertEquals(pace * length, loss - after, 0.05 * pace * length);
    }
  }

  private static double step(
      Backend backend, Parameters teacher, Parameters student, Variable images, float weight) {
    try (Tape tape = new Tape(backend)) {
      Hints.Pass pass = new Hints(teacher.network(), weight).pass(tape);
      run(tape, teacher, images, pass.teacher());
      run(tape, student, images, pass.student());
      Variable loss = pass.addTo(Variable.constant(zero(tape)));
      tape.backward(loss);
      return backend.memory().item(loss.value());
    }
  }

  private static Tensor zero(Tape tape) {
    Tensor zero = tape.empty(1);
    tape.backend().memory().fill(zero, 0f);
    return zero;
  }

  @Test
  void noneCostNothing() {
    Network network = TestNetworks.tiny();
    try (Backend backend = new CpuBackend(1);
        Tape tape = new Tape(backend)) {
      Hints.Pass pass = new Hints(network, 0).pass(tape);
      assertSame(Observer.NONE, pass.teacher());
      assertSame(Observer.NONE, pass.student());
      Variable loss = Variable.constant(zero(tape));
      assertSame(loss, pass.addTo(loss));
    }
  }

  /** Every network of the zoo has units, and no fused block hides the output of one. */
  @Test
  void everyNetworkShowsItsUnits() {
    for (String name : List.of("resnet20_cifar10", "resnet18", "mobilenet_w1", "mobilenetv2_w1")) {
      Network network = Zoo.get(name).network();
      Set<String> units = network.units().stream().map(Node::name).collect(Collectors.toSet());
      assertTrue(units.size() >= 8, name + ": " + units.size());
      var input = network.input();
      try (Backend backend = new CpuBackend(2);
          Parameters parameters =
              new Parameters(backend, network, Initializer.initialize(network, 1), false);
          Tape tape = Tape.inference(backend)) {
        Tensor x = tape.empty(1, input.h(), input.w(), input.c());
        backend.memory().fill(x, 0.1f);
        int[] seen = new int[1];
        run(
            tape,
            parameters,
            Variable.constant(x),
            (node, y) -> {
              seen[0] += units.contains(node.name()) ? 1 : 0;
              return false;
            });
        assertEquals(units.size(), seen[0], name);
      }
    }
  }
}
