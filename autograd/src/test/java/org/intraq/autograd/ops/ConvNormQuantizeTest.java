package org.intraq.autograd.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.QuantizedConvolutionOps.Quantizer;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** {@link ConvNormQuantize} against the operations that it stands for, one after the other. */
class ConvNormQuantizeTest {
  private static final CpuBackend CPU = new CpuBackend(2);
  private static final float CAP = 1.2f;

  @AfterAll
  static void close() {
    assertEquals(0, CPU.memory().liveStorages(), "leaked storages");
    CPU.close();
  }

  static List<Conv2dShape> shapes() {
    return List.of(
        Conv2dShape.of(3, 8, 8, 16, 16, 3, 1, 1),
        Conv2dShape.of(2, 9, 7, 5, 6, 3, 1, 1),
        Conv2dShape.of(2, 8, 8, 16, 32, 3, 2, 1),
        Conv2dShape.of(2, 6, 6, 8, 12, 1, 1, 0),
        Conv2dShape.depthwise(2, 7, 7, 16, 3, 1, 1));
  }

  private static Tensor values(Tape tape, int seed, float lo, float hi, int... extents) {
    Tensor t = tape.empty(extents);
    Random random = new Random(seed);
    float[] v = new float[t.size()];
    for (int i = 0; i < v.length; i++) {
      v[i] = lo + (hi - lo) * random.nextFloat();
    }
    CPU.memory().upload(v, 0, t);
    return t;
  }

  /**
   * y and the gradients that there are.
   *
   * @param wanted bit i: whether input i wants a gradient
   * @param shared whether the block's output has a second reader, so that its gradient is not the
   *     block's to overwrite
   */
  private static List<float[]> run(
      Conv2dShape s, int wanted, boolean masked, boolean residual, boolean shared, boolean fused) {
    try (Tape tape = new Tape(CPU)) {
      int[] out = {s.n(), s.outH(), s.outW(), s.oc()};
      List<Variable> in = new ArrayList<>();
      List<Tensor> tensors =
          new ArrayList<>(
              List.of(
                  values(tape, 1, -1, 1, s.n(), s.h(), s.w(), s.ic()),
                  values(tape, 2, -0.3f, 0.3f, s.kh(), s.kw(), s.icPerGroup(), s.oc()),
                  values(tape, 3, 0.5f, 1.5f, s.oc()),
                  values(tape, 4, -0.2f, 0.2f, s.oc())));
      if (residual) {
        tensors.add(values(tape, 5, -0.5f, 0.5f, out));
      }
      for (int i = 0; i < tensors.size(); i++) {
        boolean leaf = (wanted >> i & 1) != 0;
        in.add(leaf ? tape.leaf("in" + i, tensors.get(i)) : Variable.constant(tensors.get(i)));
      }
      Tensor range = tape.scope().of(new float[] {0f, 1f}, 2);
      var inputs =
          new ConvNorm.Inputs(
              in.get(0),
              in.get(1),
              ConvolutionWeights.of(in.get(1).value()),
              in.get(2),
              in.get(3),
              residual ? in.get(4) : null);
      Variable y =
          fused
              ? ConvNormQuantize.apply(tape, s, inputs, CAP, new Quantizer(range, 4, masked))
              : FakeQuantize.apply(
                  tape,
                  ConvNorm.apply(tape, s, inputs, ConvNorm.Rectifier.of(CAP), false).y(),
                  range,
                  4,
                  masked);
      List<float[]> results = new ArrayList<>();
      results.add(CPU.memory().toArray(y.value()));
      Variable end = shared ? Add.apply(tape, y, tape.leaf("b", values(tape, 7, 0, 1, out))) : y;
      tape.backward(end, values(tape, 6, -1, 1, out));
      for (Variable v : in) {
        if (v.requiresGrad()) {
          results.add(CPU.memory().toArray(v.grad()));
        }
      }
      return results;
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void equalsTheSeparateOperations(Conv2dShape s) {
    for (int wanted : new int[] {0b11111, 0b11110, 0b00001, 0b10000, 0b00010, 0b00100, 0b01000}) {
      for (int variant = 0; variant < 8; variant++) {
        boolean masked = (variant & 1) != 0;
        boolean shared = (variant & 2) != 0;
        boolean residual = (variant & 4) != 0;
        if (!residual && (wanted & 0b1111) == 0) {
          continue;
        }
        List<float[]> expected = run(s, wanted, masked, residual, shared, false);
        List<float[]> got = run(s, wanted, masked, residual, shared, true);
        String what = s + " " + Integer.toBinaryString(wanted) + " " + variant;
        assertArrayEquals(expected.get(0), got.get(0), what);
        assertEquals(expected.size(), got.size(), what);
        for (int i = 1; i < expected.size(); i++) {
          assertClose(what, expected.get(i), got.get(i));
        }
      }
    }
  }

  /** Sums of up to 600 products in another order: a few dozen roundings of the largest. */
  private static void assertClose(String what, float[] expected, float[] actual) {
    float largest = 0;
    for (float v : expected) {
      largest = Math.max(largest, Math.abs(v));
    }
    assertTrue(largest > 0, "degenerate " + what);
    for (int i = 0; i < expected.length; i++) {
      assertEquals(expected[i], actual[i], 64 * Math.ulp(1f) * largest, what);
    }
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void keepsNothingWithoutATape(Conv2dShape s) {
    try (Tape tape = Tape.inference(CPU)) {
      var inputs =
          new ConvNorm.Inputs(
              Variable.constant(values(tape, 1, -1, 1, s.n(), s.h(), s.w(), s.ic())),
              Variable.constant(values(tape, 2, -1, 1, s.kh(), s.kw(), s.icPerGroup(), s.oc())),
              null,
              Variable.constant(values(tape, 3, 0.5f, 1.5f, s.oc())),
              Variable.constant(values(tape, 4, -1, 1, s.oc())),
              null);
      Tensor range = tape.scope().of(new float[] {0f, 1f}, 2);
      int before = tape.scope().liveBuffers();
      ConvNormQuantize.apply(tape, s, inputs, CAP, new Quantizer(range, 4, false));
      assertEquals(before + 1, tape.scope().liveBuffers());
    }
  }
}
