package org.intraq.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.AddRelu;
import org.intraq.autograd.ops.Conv2d;
import org.intraq.autograd.ops.MatMul;
import org.intraq.autograd.ops.Multiply;
import org.intraq.autograd.ops.Relu;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.autograd.ops.Sum;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class TapeTest {
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

  @Test
  void worksOutAByHandExample() {
    // loss = sum((x * x + x) * 3) at x = (2, -1): d = 6x + 3 = (15, -3)
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(new float[] {2, -1}, 2));
      Variable y = Add.apply(tape, Multiply.apply(tape, x, x), x);
      Variable loss = Sum.apply(tape, ScaleShift.apply(tape, 3, y, 0));
      tape.backward(loss);
      assertEquals(18f, cpu.memory().item(loss.value()));
      assertArrayEquals(new float[] {15, -3}, cpu.memory().toArray(x.grad()));
    }
  }

  @Test
  void aSharedGradientIsNotOverwritten() {
    // Both branches get the same dy; relu's backward may only reuse it if nobody else holds it.
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(new float[] {1, -2, 3}, 3));
      Variable loss = Sum.apply(tape, Add.apply(tape, Relu.apply(tape, x), x));
      tape.backward(loss);
      assertArrayEquals(new float[] {2, 1, 2}, cpu.memory().toArray(x.grad()));
    }
  }

  @Test
  void parametersAccumulateOverPassesUntilZeroed() {
    Variable w = Variable.parameter("w", scope.of(new float[] {2}, 1), scope);
    assertThrows(IllegalStateException.class, w::grad);
    for (int pass = 1; pass <= 2; pass++) {
      squareBackward(w);
      assertEquals(4f * pass, cpu.memory().item(w.grad()));
    }
    w.zeroGrad();
    assertFalse(w.hasGrad());
    squareBackward(w);
    assertEquals(4f, cpu.memory().item(w.grad()));
  }

  private void squareBackward(Variable w) {
    try (Tape tape = new Tape(cpu)) {
      tape.backward(Sum.apply(tape, Multiply.apply(tape, w, w)));
    }
  }

  @Test
  void aSecondBackwardIsRefused() {
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(new float[] {1}, 1));
      Variable loss = Sum.apply(tape, x);
      tape.backward(loss);
      var again = assertThrows(IllegalStateException.class, () -> tape.backward(loss));
      assertTrue(again.getMessage().contains("new tape"), again.getMessage());
      var more = assertThrows(IllegalStateException.class, () -> Relu.apply(tape, x));
      assertTrue(more.getMessage().startsWith("relu"), more.getMessage());
    }
  }

  @Test
  void backwardWantsAScalarAndSomethingToDifferentiate() {
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(new float[] {1, 2}, 2));
      assertThrows(IllegalArgumentException.class, () -> tape.backward(Relu.apply(tape, x)));
      Variable constant = Variable.constant(scope.of(new float[] {1}, 1));
      var error =
          assertThrows(IllegalStateException.class, () -> tape.backward(Sum.apply(tape, constant)));
      assertTrue(error.getMessage().contains("constant"), error.getMessage());
    }
  }

  @Test
  void intermediateValuesAreFreedAndReadingThemThrows() {
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(new float[] {1, 2}, 2));
      Variable dropped = Relu.apply(tape, x);
      Variable kept = tape.retain(Relu.apply(tape, dropped));
      tape.backward(Sum.apply(tape, kept));
      assertThrows(IllegalStateException.class, () -> cpu.memory().toArray(dropped.value()));
      assertArrayEquals(new float[] {1, 2}, cpu.memory().toArray(kept.value()));
    }
  }

  @Test
  void frozenWeightsGetNoGradientAndNoneIsComputed() {
    Conv2dShape shape = Conv2dShape.of(1, 4, 4, 2, 3, 3, 1, 1);
    float[] image = new float[32];
    image[5] = 1;
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(image, 1, 4, 4, 2));
      Variable w = Variable.constant(scope.zeros(Shape.of(3, 3, 2, 3)));
      Variable loss = Sum.apply(tape, Conv2d.apply(tape, shape, x, w));
      long before = cpu.memory().liveBytes();
      cpu.memory().resetPeak();
      tape.backward(loss);
      assertFalse(w.hasGrad());
      // Live at once: seed, dy of the sum, dx. A weight gradient would be one more buffer.
      assertTrue(
          cpu.memory().peakBytes() - before <= 4 * (16 + 48 + 32),
          "a weight gradient was allocated");
    }
  }

  @Test
  void noGradRecordsNothing() {
    try (Tape tape = new Tape(cpu)) {
      Variable x = tape.leaf("x", scope.of(new float[] {1}, 1));
      Variable[] y = new Variable[1];
      tape.noGrad(() -> y[0] = Relu.apply(tape, x));
      assertFalse(y[0].requiresGrad());
      assertTrue(Relu.apply(tape, x).requiresGrad());
    }
  }

  @Test
  void steadyStateAllocatesNoNewBuffers() {
    float[] values = new float[64];
    java.util.Arrays.fill(values, 0.5f);
    Variable w = Variable.parameter("w", scope.of(values, 8, 8), scope);
    trainStep(w);
    long peak = cpu.memory().peakBytes();
    for (int i = 0; i < 5; i++) {
      w.zeroGrad();
      trainStep(w);
    }
    assertEquals(peak, cpu.memory().peakBytes());
  }

  private void trainStep(Variable w) {
    try (Tape tape = new Tape(cpu)) {
      Variable x = Variable.constant(tape.scope().zeros(Shape.of(4, 8)));
      tape.backward(Sum.apply(tape, Relu.apply(tape, MatMul.apply(tape, x, w))));
    }
  }

  @Test
  void gradientCheckFindsAWrongGradient() {
    var input = new GradientCheck.Input(new float[] {0.3f, -0.7f, 0.2f}, Shape.of(3), true);
    GradientCheck.Function wrong =
        (tape, v) -> {
          Tensor y = tape.empty(3);
          cpu.elementwise().multiply(v.get(0).value(), v.get(0).value(), y);
          return tape.record("wrong", y, dy -> tape.accumulate(v.get(0), dy), v.get(0));
        };
    var outcome = new GradientCheck(cpu, wrong, List.of(input), 1f / 64, 1).worst();
    assertTrue(outcome.error() > 0.05, outcome::toString);
  }

  /** The first operand of an operation that passes one gradient to both may want none. */
  @Test
  void aGradientForTwoOutlivesTheFirst() {
    try (Tape tape = new Tape(cpu)) {
      Variable a = Variable.constant(scope.of(new float[] {1, -2}, 2));
      Variable x = tape.leaf("x", scope.of(new float[] {3, 4}, 2));
      Variable c = tape.leaf("c", scope.of(new float[] {5, 6}, 2));
      Variable y = AddRelu.apply(tape, a, Relu.apply(tape, x), Float.POSITIVE_INFINITY);
      tape.backward(Sum.apply(tape, Add.apply(tape, y, c)));
      assertArrayEquals(new float[] {1, 1}, cpu.memory().toArray(x.grad()));
      assertArrayEquals(new float[] {1, 1}, cpu.memory().toArray(c.grad()));
    }
  }
}
