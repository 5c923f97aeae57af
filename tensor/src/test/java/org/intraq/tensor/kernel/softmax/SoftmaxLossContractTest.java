package org.intraq.tensor.kernel.softmax;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.assertClose;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.checksum;
import static org.intraq.tensor.testing.Frames.doubles;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class SoftmaxLossContractTest {
  private static final SoftmaxLoss REFERENCE = new SoftmaxLossReference();
  private static final SoftmaxLoss ONE = new SoftmaxLossSimd(new Workers(1));
  private static final SoftmaxLoss TWO = new SoftmaxLossSimd(new Workers(2));
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  static List<SoftmaxLoss> implementations() {
    return List.of(REFERENCE, ONE, TWO);
  }

  private static float[] logits(int rows, int columns, long seed) {
    float[] x = signed(rows * columns, seed);
    for (int i = 0; i < x.length; i++) {
      x[i] *= i % 11 == 0 ? 25 : 4;
    }
    return x;
  }

  private static int[] labels(int rows, int columns) {
    int[] labels = new int[rows];
    for (int r = 0; r < rows; r++) {
      labels[r] = (r * 7 + 3) % columns;
    }
    return labels;
  }

  /** The largest |x - max| of a row. */
  private static double spread(int columns, float[] x, int from) {
    float max = SoftmaxReference.maximum(columns, x, from);
    double spread = 0;
    for (int c = from; c < from + columns; c++) {
      spread = Math.max(spread, (double) max - x[c]);
    }
    return spread;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void crossEntropyWorkedByHand(SoftmaxLoss kernel) {
    float ln3 = (float) Math.log(3);
    float[] x = {0, ln3, 0, ln3, 0, ln3};
    int[] labels = {1, 0, 0};
    float[] losses = new float[3];
    float[] softmax = new float[6];
    kernel.crossEntropy(3, 2, x, 0, labels, 0, 0f, losses, 0, softmax, 0);
    double[] expected = {Math.log(4.0 / 3), Math.log(4), Math.log(4)};
    assertClose("loss", expected, losses, new double[] {4e-7, 4e-7, 4e-7});
    // Smoothing 0.5 of two classes: t = 0.25 and 0.75 at the label.
    kernel.crossEntropy(3, 2, x, 0, labels, 0, 0.5f, losses, 0, softmax, 0);
    double[] smooth = {
      0.25 * Math.log(4) + 0.75 * Math.log(4.0 / 3),
      0.75 * Math.log(4) + 0.25 * Math.log(4.0 / 3),
      0.75 * Math.log(4) + 0.25 * Math.log(4.0 / 3)
    };
    assertClose("smooth", smooth, losses, new double[] {4e-7, 4e-7, 4e-7});
    float[] dx = new float[4];
    float[] p = {0.25f, 0.75f, 0.25f, 0.75f};
    float[] dLosses = {2, -4};
    kernel.crossEntropyBackward(2, 2, p, 0, labels, 0, 0f, dLosses, 0, dx, 0);
    assertArrayEquals(new float[] {0.5f, -0.5f, 3, -3}, dx);
    kernel.crossEntropyBackward(2, 2, p, 0, labels, 0, 0.5f, dLosses, 0, dx, 0);
    assertArrayEquals(new float[] {0, 0, 2, -2}, dx);
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void klDivergenceWorkedByHand(SoftmaxLoss kernel) {
    float ln3 = (float) Math.log(3);
    float[] teacher = {0, 2 * ln3, 5, 5, 1, -INFINITE};
    float[] student = {0, 0, 7, 7, 0, ln3};
    float[] losses = new float[3];
    kernel.klDivergence(3, 2, teacher, 0, student, 0, 2f, losses, 0);
    // Row 0 at T = 2: p = (1/4, 3/4), q = (1/2, 1/2). Row 2: p = (1, 0), q = 1 / (1 + sqrt 3).
    double row0 = 0.25 * Math.log(0.5) + 0.75 * Math.log(1.5);
    double row2 = Math.log(1 + Math.sqrt(3));
    assertClose("kl", new double[] {row0, 0, row2}, losses, new double[] {5e-7, 5e-7, 1e-6});
    float[] dStudent = new float[2];
    float[] dLoss = {8};
    kernel.klDivergenceBackward(1, 2, teacher, 0, student, 0, 2f, dLoss, 0, dStudent, 0);
    // (q - p) * dLoss / T
    assertClose("dStudent", new double[] {1, -1}, dStudent, new double[] {1e-6, 1e-6});
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void extremes(SoftmaxLoss kernel) {
    float[] x = {1e4f, -1e4f, -INFINITE, 0, 0, -INFINITE, Float.NaN, 1, 2};
    float[] losses = new float[3];
    float[] softmax = new float[9];
    kernel.crossEntropy(3, 3, x, 0, new int[] {1, 0, 0}, 0, 0f, losses, 0, softmax, 0);
    float log2 = (float) Math.log(2);
    assertArrayEquals(new float[] {2e4f, log2, Float.NaN}, losses);
    // A class that is impossible costs infinitely much once every class is wanted.
    kernel.crossEntropy(3, 3, x, 0, new int[] {1, 0, 0}, 0, 0.1f, losses, 0, softmax, 0);
    assertArrayEquals(new float[] {INFINITE, INFINITE, Float.NaN}, losses);
    kernel.crossEntropy(3, 3, x, 0, new int[] {2, 2, 0}, 0, 1f, losses, 0, softmax, 0);
    assertArrayEquals(new float[] {INFINITE, INFINITE, Float.NaN}, losses);
    float[] teacher = {1e4f, -1e4f, 0};
    float[] student = {-1e4f, 1e4f, 0};
    kernel.klDivergence(1, 3, teacher, 0, student, 0, 1f, losses, 0);
    assertEquals(2e4f, losses[0]);
    kernel.klDivergence(1, 3, teacher, 0, new float[] {-INFINITE, 0, 0}, 0, 1f, losses, 0);
    assertEquals(INFINITE, losses[0]);
  }

  @ParameterizedTest
  @CsvSource({
    "0,5,0",
    "1,1,0",
    "1,7,0.1",
    "2,15,0",
    "3,16,0.2",
    "3,17,0.1",
    "256,10,0",
    "41,100,0.1",
    "16,1000,0",
    "900,10,0.1",
    "2,8193,0"
  })
  void stayWithinTheirBoundsBetweenMargins(int rows, int columns, float smoothing) {
    float[] x = logits(rows, columns, 1);
    float[] teacher = logits(rows, columns, 2);
    int[] labels = labels(rows, columns);
    float[] dLosses = signed(rows, 3);
    float temperature = 3;
    double logC = Math.log(columns);
    for (SoftmaxLoss kernel : List.of(ONE, TWO)) {
      float[][] expected = all(REFERENCE, rows, columns, x, teacher, labels, smoothing, dLosses);
      float[][] actual = all(kernel, rows, columns, x, teacher, labels, smoothing, dLosses);
      double[][] bounds = new double[5][];
      for (int k = 0; k < 5; k++) {
        bounds[k] = new double[expected[k].length];
      }
      for (int r = 0; r < rows; r++) {
        double spread = spread(columns, x, r * columns);
        double tSpread = spread(columns, teacher, r * columns);
        bounds[0][r] = 4 * EPS * (1 + spread + logC);
        bounds[3][r] = 8 * EPS * (1 + Math.max(spread, tSpread) / temperature + logC);
        double d = Math.abs(dLosses[r]);
        for (int c = r * columns; c < (r + 1) * columns; c++) {
          bounds[1][c] = (4 + spread + logC) * EPS * expected[1][c] + Float.MIN_VALUE;
          bounds[2][c] = (6 + spread + logC) * EPS * d * (expected[1][c] + 1.0 / columns);
          bounds[2][c] += c % columns == labels[r] ? 4 * EPS * d : Float.MIN_VALUE;
          double both = Math.max(spread, tSpread) / temperature;
          bounds[4][c] = (6 + both + logC) * EPS * d / temperature;
        }
      }
      String[] names = {"loss", "softmax", "dx", "kl", "dStudent"};
      for (int k = 0; k < 5; k++) {
        assertClose(names[k], doubles(expected[k]), actual[k], bounds[k]);
      }
    }
  }

  /**
   * Every operation once, between margins: loss, softmax, its gradient, divergence, its gradient.
   */
  private static float[][] all(
      SoftmaxLoss kernel,
      int rows,
      int columns,
      float[] x,
      float[] teacher,
      int[] labels,
      float smoothing,
      float[] dLosses) {
    int n = rows * columns;
    float[] losses = blank(rows);
    float[] softmax = blank(n);
    kernel.crossEntropy(
        rows, columns, frame(x), MARGIN, labels, 0, smoothing, losses, MARGIN, softmax, MARGIN);
    float[] dx = softmax.clone();
    kernel.crossEntropyBackward(
        rows, columns, dx, MARGIN, labels, 0, smoothing, frame(dLosses), MARGIN, dx, MARGIN);
    float[] kl = blank(rows);
    kernel.klDivergence(rows, columns, frame(teacher), MARGIN, frame(x), MARGIN, 3f, kl, MARGIN);
    float[] dStudent = frame(x);
    kernel.klDivergenceBackward(
        rows,
        columns,
        frame(teacher),
        MARGIN,
        dStudent,
        MARGIN,
        3f,
        frame(dLosses),
        MARGIN,
        dStudent,
        MARGIN);
    return new float[][] {
      window(losses), window(softmax), window(dx), window(kl), window(dStudent)
    };
  }

  @Property(tries = 60)
  void identities(
      @ForAll @IntRange(min = 1, max = 30) int rows,
      @ForAll @IntRange(min = 1, max = 120) int columns) {
    float[] x = logits(rows, columns, rows);
    float[] other = logits(rows, columns, 900L + columns);
    for (SoftmaxLoss kernel : implementations()) {
      float[] same = new float[rows];
      kernel.klDivergence(rows, columns, x, 0, x, 0, 2f, same, 0);
      float[] apart = new float[rows];
      kernel.klDivergence(rows, columns, x, 0, other, 0, 2f, apart, 0);
      float[] ones = new float[rows];
      Arrays.fill(ones, 1f);
      float[] slope = new float[x.length];
      kernel.klDivergenceBackward(rows, columns, x, 0, other, 0, 2f, ones, 0, slope, 0);
      for (int r = 0; r < rows; r++) {
        assertEquals(0f, same[r], "a distribution diverges from itself by exactly nothing");
        double spread = spread(columns, x, r * columns) + spread(columns, other, r * columns);
        double bound = 8 * EPS * (1 + spread + Math.log(columns));
        assertTrue(apart[r] >= -bound, "a divergence is not negative");
        double sum = 0;
        for (int c = r * columns; c < (r + 1) * columns; c++) {
          sum += slope[c];
        }
        assertEquals(0, sum, bound, "the gradient is orthogonal to a constant");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void theGradientsAreTheSlopesOfTheLosses(SoftmaxLoss kernel) {
    int columns = 5;
    float[] x = {0.3f, -1.2f, 0.8f, 2.1f, -0.4f};
    float[] teacher = {1.3f, 0.2f, -0.8f, 0.1f, 0.4f};
    int[] labels = {2};
    float[] one = {1};
    float[] softmax = new float[columns];
    float[] dx = new float[columns];
    float[] dStudent = new float[columns];
    kernel.crossEntropy(1, columns, x, 0, labels, 0, 0.1f, new float[1], 0, softmax, 0);
    kernel.crossEntropyBackward(1, columns, softmax, 0, labels, 0, 0.1f, one, 0, dx, 0);
    kernel.klDivergenceBackward(1, columns, teacher, 0, x, 0, 1.5f, one, 0, dStudent, 0);
    double h = 1e-4;
    for (int c = 0; c < columns; c++) {
      double[] above = doubles(x);
      double[] below = doubles(x);
      above[c] += h;
      below[c] -= h;
      double slope = (crossEntropy(above, 2, 0.1f) - crossEntropy(below, 2, 0.1f)) / (2 * h);
      assertEquals(slope, dx[c], 1e-6);
      double klSlope = (kl(doubles(teacher), above, 1.5) - kl(doubles(teacher), below, 1.5));
      assertEquals(klSlope / (2 * h), dStudent[c], 1e-6);
    }
  }

  private static double crossEntropy(double[] x, int label, double smoothing) {
    double loss = 0;
    for (int c = 0; c < x.length; c++) {
      double t = smoothing / x.length + (c == label ? 1 - smoothing : 0);
      loss -= t * logSoftmax(x, c, 1);
    }
    return loss;
  }

  private static double kl(double[] teacher, double[] student, double temperature) {
    double loss = 0;
    for (int c = 0; c < teacher.length; c++) {
      double p = logSoftmax(teacher, c, temperature);
      loss += Math.exp(p) * (p - logSoftmax(student, c, temperature));
    }
    return loss;
  }

  private static double logSoftmax(double[] x, int at, double temperature) {
    double sum = 0;
    for (double value : x) {
      sum += Math.exp(value / temperature);
    }
    return x[at] / temperature - Math.log(sum);
  }

  @Test
  void theSameBitsForAnyThreadsAndWidth() {
    int rows = 211;
    int columns = 103;
    float[] x = logits(rows, columns, 1);
    float[] teacher = logits(rows, columns, 2);
    float[] dLosses = signed(rows, 3);
    long[] sums = new long[2];
    for (int k = 0; k < 2; k++) {
      SoftmaxLoss kernel = k == 0 ? ONE : TWO;
      int[] labels = labels(rows, columns);
      for (float[] part : all(kernel, rows, columns, x, teacher, labels, 0.1f, dLosses)) {
        sums[k] = sums[k] * 31 + checksum(part);
      }
    }
    assertEquals(sums[0], sums[1]);
    // Computed at 256 bits; the runs at other widths must find the same.
    assertEquals(CHECKSUM, sums[0]);
  }

  private static final long CHECKSUM = 566771047387267L;

  @Test
  void pickTakesOneElementOfEveryRowAndPutsItBack() {
    float[] x = {1, -2, 3, 4, 5, -6};
    int[] labels = {9, 2, 0, 9};
    float[] y = blank(2);
    Pick.forward(2, 3, frame(x), MARGIN, labels, 1, y, MARGIN);
    assertArrayEquals(new float[] {3, 4}, window(y));
    float[] dx = blank(6);
    Pick.backward(2, 3, labels, 1, frame(new float[] {7, -8}), MARGIN, dx, MARGIN);
    assertArrayEquals(new float[] {0, 0, 7, -8, 0, 0}, window(dx));
    Pick.forward(0, 3, new float[0], 0, new int[0], 0, new float[0], 0);
    Pick.backward(0, 3, new int[0], 0, new float[0], 0, new float[0], 0);
  }
}
