package org.intraq.autograd.ops;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Operands that do not fit: refused with the operation's name, what was expected and what came; the
 * tape goes on as if nothing had happened.
 */
class BadInputTest {
  private static final CpuBackend CPU = new CpuBackend(1);

  @AfterAll
  static void close() {
    assertEquals(0, CPU.memory().liveStorages(), "leaked storages");
    CPU.close();
  }

  /** A call with operands of wrong shapes by the name its error must start with. */
  private static final Map<String, BiFunction<Tape, Maker, Variable>> CALLS = new TreeMap<>();

  /** Makes operands. */
  private record Maker(Scope scope) {
    Variable of(int... extents) {
      return Variable.constant(scope.zeros(Shape.of(extents)));
    }

    Tensor labels(int... values) {
      return scope.of(values, values.length);
    }
  }

  static {
    Conv2dShape conv = Conv2dShape.of(1, 5, 5, 2, 3, 3, 1, 1);
    Pool2dShape pool = Pool2dShape.of(1, 6, 6, 2, 3, 2, 1);
    CALLS.put("add", (t, o) -> Add.apply(t, o.of(2, 3), o.of(3, 2)));
    CALLS.put("subtract", (t, o) -> Subtract.apply(t, o.of(6), o.of(6, 1)));
    CALLS.put("multiply", (t, o) -> Multiply.apply(t, o.of(4), o.of(5)));
    CALLS.put("meanSquaredError", (t, o) -> MeanSquaredError.apply(t, o.of(4), o.of(2, 2).value()));
    CALLS.put(
        "relativeSquaredError",
        (t, o) -> RelativeSquaredError.apply(t, o.of(4), o.of(2, 2).value(), 1f));
    CALLS.put("addRelu", (t, o) -> AddRelu.apply(t, o.of(4), o.of(5), 6f));
    CALLS.put("gemm", (t, o) -> MatMul.apply(t, o.of(2, 3), o.of(4, 2)));
    CALLS.put("addBias", (t, o) -> AddBias.apply(t, o.of(2, 3), o.of(2)));
    CALLS.put("conv2d", (t, o) -> Conv2d.apply(t, conv, o.of(1, 5, 5, 3), o.of(3, 3, 2, 3)));
    CALLS.put("channelAffine", (t, o) -> ChannelAffine.apply(t, o.of(2, 3), o.of(3), o.of(2)));
    CALLS.put("affineRelu", (t, o) -> normRelu(t, o.of(2, 3), o.of(2)));
    CALLS.put("maxPool", (t, o) -> MaxPool.apply(t, pool, o.of(1, 6, 5, 2)));
    CALLS.put("averagePool", (t, o) -> AveragePool.apply(t, pool, true, o.of(1, 6, 6, 3)));
    CALLS.put("reshape", (t, o) -> Reshape.apply(t, o.of(2, 6), 5, 2));
    CALLS.put("softmax", (t, o) -> Softmax.apply(t, o.of(6)));
    CALLS.put("crossEntropy", (t, o) -> CrossEntropy.apply(t, o.of(2, 3), o.labels(1), 0f));
    CALLS.put("pick", (t, o) -> Pick.apply(t, o.of(2, 3), o.labels(1, 3)));
    CALLS.put("cosineSimilarity", (t, o) -> CosineSimilarity.apply(t, o.of(2, 3), o.of(3, 3), 0));
  }

  private static Variable normRelu(Tape tape, Variable z, Variable scale) {
    return NormReluEvaluate.apply(tape, z, scale, scale, null, 6f, false).y();
  }

  static List<String> calls() {
    return List.copyOf(CALLS.keySet());
  }

  @ParameterizedTest
  @MethodSource("calls")
  void isRefusedByNameAndTheTapeGoesOn(String call) {
    try (Tape tape = new Tape(CPU)) {
      Variable x = tape.leaf("x", tape.scope().of(new float[] {3, -1}, 2));
      Maker maker = new Maker(tape.scope());
      var e =
          assertThrows(IllegalArgumentException.class, () -> CALLS.get(call).apply(tape, maker));
      assertTrue(e.getMessage().startsWith(call), e.getMessage());
      assertTrue(e.getMessage().matches(".*: expected .*, got .*"), e.getMessage());
      tape.backward(Sum.apply(tape, Multiply.apply(tape, x, x)));
      assertEquals(6f, CPU.memory().toArray(x.grad())[0]);
    }
  }
}
