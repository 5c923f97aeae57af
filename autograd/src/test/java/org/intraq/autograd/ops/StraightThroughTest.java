package org.intraq.autograd.ops;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Rounding has the slope 0 nearly everywhere, so {@link FakeQuantize} is not in the catalogue: its
 * gradient is by definition that of the identity, or of clamping where it is masked.
 */
class StraightThroughTest {
  private static final CpuBackend CPU = new CpuBackend(1);

  /** Two bits over [-1, 0.5]: steps of 0.5, values outside are clamped. */
  private static final float[] X = {-1.3f, -0.8f, -0.3f, 0.2f, 0.4f, 0.9f};

  private static final float[] ROUNDED = {-1, -1, -0.5f, 0, 0.5f, 0.5f};
  private static final float[] DY = {3, -1, 2, 5, -4, 7};

  @AfterAll
  static void close() {
    assertEquals(0, CPU.memory().liveStorages(), "leaked storages");
    CPU.close();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void oneRange(boolean masked) {
    try (Tape tape = new Tape(CPU)) {
      Variable x = tape.leaf("x", tape.scope().of(X, 6));
      Tensor range = tape.scope().of(new float[] {-1, 0.5f}, 2);
      check(tape, x, FakeQuantize.apply(tape, x, range, 2, masked), ROUNDED, masked ? 1 : 6, 5);
    }
  }

  /** The second channel's range is twice as wide, and so are its steps: nothing is clamped. */
  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aRangeForEachChannel(boolean masked) {
    float[] rounded = {-1, -1, -0.5f, 0, 0.5f, 1};
    try (Tape tape = new Tape(CPU)) {
      Variable w = tape.leaf("w", tape.scope().of(X, 3, 2));
      Tensor ranges = tape.scope().of(new float[] {-1, -2, 0.5f, 1}, 2, 2);
      check(tape, w, FakeQuantize.channels(tape, w, ranges, 2, masked), rounded, masked ? 1 : 6, 6);
    }
  }

  /**
   * The gradient is that of y but for the ends of X, which masking closes when they are clamped.
   */
  private static void check(
      Tape tape, Variable x, Variable y, float[] value, int firstOpen, int endOpen) {
    assertArrayEquals(value, CPU.memory().toArray(y.value()), 1e-6f);
    tape.backward(y, tape.scope().of(DY, y.shape().toArray()));
    float[] expected = new float[6];
    boolean masked = firstOpen == 1;
    for (int i = 0; i < 6; i++) {
      expected[i] = !masked || (i >= firstOpen && i < endOpen) ? DY[i] : 0;
    }
    assertArrayEquals(expected, CPU.memory().toArray(x.grad()));
  }
}
