package org.intraq.tensor.kernel.elementwise;

import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.unframed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("kernel")
class ElementwiseContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final Elementwise REFERENCE = new ElementwiseReference();
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int MARGIN = 3;

  static List<Elementwise> implementations() {
    return List.of(REFERENCE, new ElementwiseSimd(WORKERS));
  }

  /** Every operation once, on two framed inputs. */
  private static List<float[]> all(Elementwise kernel, float[] a, float[] b) {
    int n = a.length;
    float[] as = inNaNs(a, MARGIN);
    float[] bs = inNaNs(b, MARGIN);
    float[][] y = new float[8][];
    for (int i = 0; i < y.length; i++) {
      y[i] = inNaNs(nans(n), MARGIN);
    }
    kernel.linear(n, 1.5f, as, MARGIN, -0.25f, bs, MARGIN, y[0], MARGIN);
    kernel.linear(n, 3f, as, MARGIN, 0f, null, 0, y[1], MARGIN);
    kernel.multiply(n, as, MARGIN, bs, MARGIN, y[2], MARGIN);
    kernel.scaleShift(n, 0.3f, as, MARGIN, 0.7f, y[3], MARGIN);
    kernel.relu(n, as, MARGIN, INF, y[4], MARGIN);
    kernel.relu(n, as, MARGIN, 0.75f, y[5], MARGIN);
    kernel.reluBackward(n, as, MARGIN, 0.75f, bs, MARGIN, y[6], MARGIN);
    kernel.addRelu(n, as, MARGIN, bs, MARGIN, 2f, y[7], MARGIN);
    return java.util.Arrays.stream(y).map(framed -> unframed(framed, MARGIN)).toList();
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void answersWorkedByHand(Elementwise kernel) {
    List<float[]> y = all(kernel, new float[] {-2, 0.5f, 4}, new float[] {8, 4, -3});
    assertArrayEquals(new float[] {-5, -0.25f, 6.75f}, y.get(0));
    assertArrayEquals(new float[] {-6, 1.5f, 12}, y.get(1));
    assertArrayEquals(new float[] {-16, 2, -12}, y.get(2));
    assertArrayEquals(new float[] {0, 0.5f, 4}, y.get(4));
    assertArrayEquals(new float[] {0, 0.5f, 0.75f}, y.get(5));
    assertArrayEquals(new float[] {0, 4, 0}, y.get(6));
    assertArrayEquals(new float[] {2, 2, 1}, y.get(7));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 33, 101, 32768, 32769, 65537, 70001})
  void signedInputsStayWithinTwoRoundings(int n) {
    float[] a = signed(n, 1);
    float[] b = signed(n, 2);
    List<float[]> expected = all(REFERENCE, a, b);
    List<float[]> actual = all(new ElementwiseSimd(WORKERS), a, b);
    for (int i = 0; i < n; i++) {
      double first = Math.abs(1.5 * a[i]) + Math.abs(0.25 * b[i]);
      assertEquals(expected.get(0)[i], actual.get(0)[i], Math.scalb(first, -23));
      double third = Math.abs(0.3 * a[i]) + 0.7;
      assertEquals(expected.get(3)[i], actual.get(3)[i], Math.scalb(third, -23));
    }
    for (int k : new int[] {1, 2, 4, 5, 6, 7}) {
      assertArrayEquals(expected.get(k), actual.get(k), "operation " + k);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 17, 1009, 100003})
  void wholeNumbersAreExactAndThreadsDoNotMatter(int n) {
    float[] a = wholes(n, 3);
    float[] b = wholes(n, 4);
    float[] expected = new float[n];
    float[] y = new float[n];
    REFERENCE.linear(n, 2, a, 0, -3, b, 0, expected, 0);
    new ElementwiseSimd(WORKERS).linear(n, 2, a, 0, -3, b, 0, y, 0);
    assertArrayEquals(expected, y);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      float[] x = signed(n, 5);
      List<float[]> alone = all(new ElementwiseSimd(one), x, a);
      List<float[]> shared = all(new ElementwiseSimd(three), x, a);
      for (int k = 0; k < alone.size(); k++) {
        assertArrayEquals(alone.get(k), shared.get(k), "operation " + k);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void specialValuesFollowTheContract(Elementwise kernel) {
    float nan = Float.NaN;
    // Long enough for whole vectors and a tail at every width.
    float[] x = new float[37];
    float[] dy = new float[37];
    float[] special = {nan, -nan, INF, -INF, -0f, 0f, Float.MIN_VALUE, -Float.MIN_VALUE, 6, 7};
    for (int i = 0; i < x.length; i++) {
      x[i] = special[i % special.length];
      dy[i] = nan;
    }
    float[] y = new float[37];
    kernel.relu(37, x, 0, 6f, y, 0);
    float[] relu = {nan, nan, 6, 0, 0, 0, Float.MIN_VALUE, 0, 6, 6};
    for (int i = 0; i < 37; i++) {
      assertEquals(Float.floatToIntBits(relu[i % 10]), Float.floatToIntBits(y[i]), "relu at " + i);
    }
    kernel.reluBackward(37, x, 0, 6f, dy, 0, y, 0);
    for (int i = 0; i < 37; i++) {
      assertEquals(i % 10 == 6, Float.isNaN(y[i]), "only an open gate lets NaN pass, at " + i);
    }
    kernel.multiply(37, x, 0, new float[37], 0, y, 0);
    for (int i = 0; i < 37; i++) {
      assertEquals(i % 10 < 4, Float.isNaN(y[i]), "0 * NaN and 0 * infinity are NaN, at " + i);
    }
    kernel.linear(37, 1, x, 0, 1, x, 0, y, 0);
    assertTrue(Float.isNaN(y[0]) && y[2] == INF && y[3] == -INF && y[22] == INF);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void outputsMayBeInputs(Elementwise kernel) {
    int n = 40007;
    float[] a = signed(n, 6);
    float[] b = signed(n, 7);
    float[] expected = new float[n];
    kernel.addRelu(n, a, 0, b, 0, INF, expected, 0);
    float[] inPlace = b.clone();
    kernel.addRelu(n, a, 0, inPlace, 0, INF, inPlace, 0);
    assertArrayEquals(expected, inPlace);
  }
}
