package org.intraq.autograd.optim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.MeanSquaredError;
import org.intraq.autograd.ops.Sum;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OptimTest {
  private CpuBackend cpu;
  private Scope scope;

  @BeforeEach
  void open() {
    cpu = new CpuBackend(1);
    scope = new Scope(cpu, "test");
  }

  @AfterEach
  void close() {
    scope.close();
    assertEquals(0, cpu.memory().liveStorages(), "leaked storages");
    cpu.close();
  }

  private Variable parameter(float... values) {
    return Variable.parameter("p", scope.of(values, values.length), scope);
  }

  private double lossAndGradient(Variable p, float... target) {
    p.zeroGrad();
    try (Tape tape = new Tape(cpu)) {
      Variable loss = MeanSquaredError.apply(tape, p, tape.scope().of(target, target.length));
      tape.backward(loss);
      return cpu.memory().item(loss.value());
    }
  }

  @Test
  void nesterovByHand() {
    // p = 1, target 0, one element: g = 2p. Step 1: g = 2.2 with decay 0.2, v = 2.2, p -= 0.1 *
    // (2.2 + 0.9 * 2.2).
    Variable p = parameter(1);
    try (Sgd sgd = new Sgd(cpu, List.of(p), 0.9f, 0.2f, true)) {
      lossAndGradient(p, 0);
      sgd.step(0.1f);
      assertEquals(1 - 0.1 * 1.9 * 2.2, cpu.memory().item(p.value()), 1e-6);
      double p1 = 1 - 0.1 * 1.9 * 2.2;
      double g = 2.2 * p1;
      double v = 0.9 * 2.2 + g;
      lossAndGradient(p, 0);
      sgd.step(0.1f);
      assertEquals(p1 - 0.1 * (g + 0.9 * v), cpu.memory().item(p.value()), 1e-6);
      assertEquals(2, sgd.steps());
    }
  }

  @Test
  void adamByHandAndToTheMinimum() {
    Variable p = parameter(1, -2, 3);
    try (Adam adam = new Adam(cpu, List.of(p), 0.9f, 0.999f, 1e-8f)) {
      lossAndGradient(p, 0, 0, 0);
      adam.step(0.1f);
      // The first step of Adam is lr * sign(g).
      assertArrayEquals(new float[] {0.9f, -1.9f, 2.9f}, cpu.memory().toArray(p.value()), 1e-6f);
      for (int i = 0; i < 400; i++) {
        lossAndGradient(p, 0.5f, -0.5f, 1f);
        adam.step(0.05f);
      }
      assertArrayEquals(new float[] {0.5f, -0.5f, 1f}, cpu.memory().toArray(p.value()), 1e-3f);
    }
  }

  /** Channels in the last axis: (3, 4) has the scale 3.54, (0.1, -0.1) has 0.1. */
  @Test
  void relativeAdamMovesEveryChannelByTheSameShareOfItsScale() {
    Variable p = Variable.parameter("p", scope.of(new float[] {3, 0.1f, 4, -0.1f}, 2, 2), scope);
    Variable bias = Variable.parameter("bias", scope.of(new float[] {6, 8}, 2), scope);
    Variable zero = Variable.parameter("zero", scope.of(new float[] {0, 0}, 2), scope);
    try (Adam adam = Adam.relative(cpu, List.of(p, bias, zero), 0.9f, 0.999f, 1e-8f)) {
      try (Tape tape = new Tape(cpu)) {
        Variable sum = Sum.apply(tape, p);
        sum = Add.apply(tape, sum, Sum.apply(tape, bias));
        tape.backward(Add.apply(tape, sum, Sum.apply(tape, zero)));
      }
      adam.step(0.1f);
      float large = 0.1f * (float) Math.sqrt(12.5);
      float[] moved = {3 - large, 0.09f, 4 - large, -0.11f};
      assertArrayEquals(moved, cpu.memory().toArray(p.value()), 1e-6f);
      float rms = 0.1f * (float) Math.sqrt(50);
      assertArrayEquals(new float[] {6 - rms, 8 - rms}, cpu.memory().toArray(bias.value()), 1e-6f);
      assertArrayEquals(new float[] {-1e-4f, -1e-4f}, cpu.memory().toArray(zero.value()), 1e-9f);
      assertEquals(6, adam.state().size(), "what a unit is follows from the start, it is no state");
    }
  }

  @Test
  void clippingByTheGlobalNorm() {
    Variable a = parameter(3, 0);
    lossAndGradient(a, 0, 0); // gradient (3, 0)
    Variable b = parameter(0, 4);
    lossAndGradient(b, 0, 0); // gradient (0, 4)
    double norm = GradientClipping.globalNorm(cpu, List.of(a, b));
    assertEquals(5, norm, 1e-6);
    assertEquals(0.2f, GradientClipping.scale(norm, 1), 1e-7f);
    assertEquals(1f, GradientClipping.scale(norm, 6));
  }

  @Test
  void schedules() {
    Schedule steps = Schedule.multiStep(1, 0.1, 60, 20, 40);
    assertEquals(1, steps.rate(19));
    assertEquals(0.1, steps.rate(20), 1e-12);
    assertEquals(0.001, steps.rate(60), 1e-12);
    Schedule cosine = Schedule.cosine(1, 0.2, 10);
    assertEquals(1, cosine.rate(0));
    assertEquals(0.6, cosine.rate(5), 1e-12);
    assertEquals(0.2, cosine.rate(10), 1e-12);
    assertEquals(0.2, cosine.rate(11), 1e-12);
    Schedule warm = Schedule.constant(1).warmUp(4);
    assertArrayEquals(
        new double[] {0.2, 0.4, 0.6, 0.8, 1},
        java.util.stream.IntStream.range(0, 5).mapToDouble(warm::rate).toArray(),
        1e-12);
    assertThrows(IllegalArgumentException.class, () -> Schedule.cosine(1, 0, 0));
  }

  @Test
  void plateauKeepsItsStateAndIgnoresNaN() {
    ReduceOnPlateau plateau = new ReduceOnPlateau(0.5, 0.1, 1, 1e-4, 1e-3);
    plateau.step(1);
    plateau.step(Double.NaN);
    ReduceOnPlateau resumed = new ReduceOnPlateau(0.5, 0.1, 1, 1e-4, 1e-3);
    resumed.restore(plateau.state());
    for (double loss : new double[] {1, 0.99995, 0.5, 0.5, 0.5, 0.5, 0.5}) {
      assertEquals(plateau.step(loss), resumed.step(loss));
    }
    assertEquals(1e-3, plateau.rate(), 1e-12);
  }
}
