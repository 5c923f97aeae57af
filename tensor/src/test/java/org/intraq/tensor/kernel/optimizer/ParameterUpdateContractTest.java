package org.intraq.tensor.kernel.optimizer;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.assertClose;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.doubles;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class ParameterUpdateContractTest {
  private static final ParameterUpdate REFERENCE = new ParameterUpdateReference();
  private static final ParameterUpdate ONE = new ParameterUpdateSimd(new Workers(1));
  private static final ParameterUpdate TWO = new ParameterUpdateSimd(new Workers(2));

  static List<ParameterUpdate> implementations() {
    return List.of(REFERENCE, ONE, TWO);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void sgdWorkedByHand(ParameterUpdate kernel) {
    float[] grad = {4, -8};
    // g = 0.5 * grad + 0.25 * p = (3, -6); without momentum p -= 0.5 * g; v may be absent.
    float[] p = {4, -8};
    kernel.sgd(2, p, 0, grad, 0, null, 0, 0.5f, 0.5f, 0f, 0.25f, false, true);
    assertArrayEquals(new float[] {2.5f, -5}, p);
    // The first step: v = g, whatever v holds.
    p = new float[] {4, -8};
    float[] v = {Float.NaN, Float.NaN};
    kernel.sgd(2, p, 0, grad, 0, v, 0, 0.5f, 0.5f, 0.5f, 0.25f, false, true);
    assertArrayEquals(new float[] {3, -6}, v);
    assertArrayEquals(new float[] {2.5f, -5}, p);
    // A later step: v = 0.5 v + g = (1.5 + 3, -3 - 6), plain and Nesterov.
    p = new float[] {4, -8};
    kernel.sgd(2, p, 0, grad, 0, v, 0, 0.5f, 0.5f, 0.5f, 0.25f, false, false);
    assertArrayEquals(new float[] {4.5f, -9}, v);
    assertArrayEquals(new float[] {1.75f, -3.5f}, p);
    p = new float[] {4, -8};
    v = new float[] {3, -6};
    kernel.sgd(2, p, 0, grad, 0, v, 0, 0.5f, 0.5f, 0.5f, 0.25f, true, false);
    // g + 0.5 * v = (3 + 2.25, -6 - 4.5)
    assertArrayEquals(new float[] {4 - 2.625f, -8 + 5.25f}, p);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void adamWorkedByHand(ParameterUpdate kernel) {
    float[] p = {1, -2, 3};
    float[] m = new float[3];
    float[] s = new float[3];
    // At step 1 the corrected mean is g and the corrected square g^2: p -= lr * g / (|g| + eps).
    kernel.adam(3, p, 0, new float[] {4, -8, 0}, 0, m, 0, s, 0, 0.5f, 0.5f, 0.75f, 0f, 1);
    assertArrayEquals(new float[] {2, -4, 0}, m);
    assertArrayEquals(new float[] {4, 16, 0}, s);
    assertEquals(0.5f, p[0], 4 * EPS);
    assertEquals(-1.5f, p[1], 8 * EPS);
    assertTrue(Float.isNaN(p[2]), "0 / 0 without eps");
    p[2] = 3;
    // Step 2: m = (1 + 2, -2 - 4), s = (3 + 4, 12 + 16); corrections 1 - 1/4, 1 - 9/16, eps 1.
    kernel.adam(3, p, 0, new float[] {4, -8, 0}, 0, m, 0, s, 0, 0.5f, 0.5f, 0.75f, 1f, 2);
    assertArrayEquals(new float[] {3, -6, 0}, m);
    assertArrayEquals(new float[] {7, 28, 0}, s);
    assertEquals(0.5 - 0.5 * 4 / (Math.sqrt(16) + 1), p[0], 4 * EPS);
    assertEquals(-1.5 + 0.5 * 8 / (Math.sqrt(64) + 1), p[1], 8 * EPS);
    assertEquals(3f, p[2]);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 7, 8, 9, 15, 16, 17, 101, 16383, 16384, 16385, 40009})
  void stayWithinTheirBoundsBetweenMargins(int n) {
    float[] p = signed(n, 1);
    float[] grad = signed(n, 2);
    float[] state = signed(n, 3);
    for (ParameterUpdate kernel : List.of(ONE, TWO)) {
      for (float momentum : new float[] {0, 0.9f}) {
        for (boolean nesterov : new boolean[] {false, true}) {
          for (boolean first : new boolean[] {false, true}) {
            assertSgd(kernel, p, grad, state, momentum, nesterov, first);
          }
        }
      }
      assertAdam(kernel, p, grad, state, absolute(signed(n, 4)), 1);
      assertAdam(kernel, p, grad, state, absolute(signed(n, 4)), 1000);
    }
  }

  private static void assertSgd(
      ParameterUpdate kernel,
      float[] p,
      float[] grad,
      float[] state,
      float momentum,
      boolean nesterov,
      boolean first) {
    int n = p.length;
    float[] expectedP = p.clone();
    float[] expectedV = state.clone();
    REFERENCE.sgd(
        n, expectedP, 0, grad, 0, expectedV, 0, 0.7f, 0.1f, momentum, 1e-2f, nesterov, first);
    float[] actualP = frame(p);
    float[] actualV = first && momentum != 0 ? blank(n) : frame(state);
    kernel.sgd(
        n,
        actualP,
        MARGIN,
        frame(grad),
        MARGIN,
        actualV,
        MARGIN,
        0.7f,
        0.1f,
        momentum,
        1e-2f,
        nesterov,
        first);
    double[] bound = new double[n];
    double[] vBound = new double[n];
    for (int i = 0; i < n; i++) {
      double terms = Math.abs(grad[i]) + Math.abs(p[i]) + Math.abs(state[i]);
      bound[i] = 6 * EPS * (Math.abs(p[i]) + 0.1 * 2 * terms);
      vBound[i] = 4 * EPS * terms;
    }
    assertClose("p", doubles(expectedP), window(actualP), bound);
    assertClose("v", doubles(expectedV), window(actualV), vBound);
  }

  private static void assertAdam(
      ParameterUpdate kernel, float[] p, float[] grad, float[] m, float[] s, int step) {
    int n = p.length;
    float[][] expected = {p.clone(), m.clone(), s.clone()};
    float[][] actual = {frame(p), frame(m), frame(s)};
    REFERENCE.adam(
        n,
        expected[0],
        0,
        grad,
        0,
        expected[1],
        0,
        expected[2],
        0,
        0.5f,
        0.9f,
        0.999f,
        1e-8f,
        step);
    kernel.adam(
        n,
        actual[0],
        MARGIN,
        frame(grad),
        MARGIN,
        actual[1],
        MARGIN,
        actual[2],
        MARGIN,
        0.5f,
        0.9f,
        0.999f,
        1e-8f,
        step);
    double[][] bounds = new double[3][n];
    for (int i = 0; i < n; i++) {
      double mean = 0.9 * Math.abs(m[i]) + 0.1 * Math.abs(grad[i]);
      double change = Math.abs(expected[0][i] - (double) p[i]) * mean / Math.abs(expected[1][i]);
      bounds[0][i] = 8 * EPS * change + EPS * Math.abs(expected[0][i]) + EPS * Math.abs(p[i]);
      bounds[1][i] = 4 * EPS * mean;
      bounds[2][i] = 4 * EPS * expected[2][i];
    }
    String[] names = {"p", "m", "s"};
    for (int k = 0; k < 3; k++) {
      assertClose(names[k], doubles(expected[k]), window(actual[k]), bounds[k]);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void aBadGradientSpoilsItsOwnParameterOnly(ParameterUpdate kernel) {
    int n = 37;
    float[] grad = signed(n, 5);
    float[] clean = signed(n, 6);
    float[] p = clean.clone();
    float[] v = new float[n];
    kernel.sgd(n, clean, 0, grad, 0, v, 0, 1f, 0.1f, 0.9f, 0f, true, true);
    grad[20] = Float.NaN;
    grad[3] = Float.POSITIVE_INFINITY;
    kernel.sgd(n, p, 0, grad, 0, new float[n], 0, 1f, 0.1f, 0.9f, 0f, true, true);
    assertTrue(Float.isNaN(p[20]));
    assertEquals(Float.NEGATIVE_INFINITY, p[3]);
    p[20] = clean[20];
    p[3] = clean[3];
    assertArrayEquals(clean, p);
    float[] q = new float[n];
    kernel.adam(n, q, 0, grad, 0, new float[n], 0, new float[n], 0, 0.1f, 0.9f, 0.99f, 1e-8f, 1);
    for (int i = 0; i < n; i++) {
      assertEquals(i == 20 || i == 3, Float.isNaN(q[i]), "element " + i);
    }
  }

  @Test
  void theSameBitsForAnyThreads() {
    int n = 70_001;
    float[][] results = new float[2][];
    for (int k = 0; k < 2; k++) {
      ParameterUpdate kernel = k == 0 ? ONE : TWO;
      float[] p = signed(n, 1);
      float[] m = signed(n, 2);
      float[] s = absolute(signed(n, 3));
      kernel.adam(n, p, 0, signed(n, 4), 0, m, 0, s, 0, 0.5f, 0.9f, 0.999f, 1e-8f, 7);
      kernel.sgd(n, p, 0, signed(n, 5), 0, m, 0, 1f, 0.1f, 0.9f, 1e-4f, true, false);
      results[k] = p;
    }
    assertArrayEquals(results[0], results[1]);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void refusesWhatDoesNotFit(ParameterUpdate kernel) {
    float[] two = new float[2];
    float[] three = new float[3];
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernel.sgd(3, three, 0, two, 0, three, 0, 1, 1, 1, 0, false, true));
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> kernel.adam(3, three, 0, three, 0, three, 0, two, 0, 1, 0, 0, 0, 1));
  }
}
