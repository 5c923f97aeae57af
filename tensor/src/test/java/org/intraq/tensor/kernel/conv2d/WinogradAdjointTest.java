package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class WinogradAdjointTest {
  private static final int SIDE = WinogradInput.SIDE;
  private static final int ACROSS = WinogradInput.ACROSS;
  private static final int POINTS = WinogradInput.POINTS;
  private static final int MARGIN = 7;
  private static final double[] P = {0, 0.75, -0.75, 1.5, -1.5};

  /** Row p holds the powers of point p, and the last one the highest power, over the divisor. */
  private static double[][] powers(int count, boolean divided) {
    double[][] rows = new double[ACROSS][count];
    for (int p = 0; p < P.length; p++) {
      double divisor = 1;
      for (int q = 0; q < P.length && divided; q++) {
        divisor *= q == p ? 1 : P[p] - P[q];
      }
      for (int k = 0; k < count; k++) {
        rows[p][k] = Math.pow(P[p], k) / divisor;
      }
    }
    rows[ACROSS - 1][count - 1] = 1;
    return rows;
  }

  /** Whole numbers: every sum of the definition is exact in single precision. */
  @ParameterizedTest
  @CsvSource({"16, 1", "16, 3", "32, 2", "80, 5"})
  void gradientsOfOutputsAreTransformedExactly(int channels, int tiles) {
    int pitch = tiles * SIDE * channels + 3;
    float[] y = wholes(MARGIN + SIDE * pitch, 1);
    int pointStep = tiles * channels + 5;
    float[] d = new float[2 * MARGIN + POINTS * pointStep];
    Arrays.fill(d, Float.NaN);
    float[] expected = d.clone();
    WinogradAdjoint.output(y, MARGIN, pitch, channels, tiles, d, MARGIN, pointStep);
    double[][] a = powers(SIDE, false);
    for (int i = 0; i < POINTS * tiles * channels; i++) {
      int c = i % channels;
      int tile = i / channels % tiles;
      int point = i / channels / tiles;
      double sum = 0;
      for (int j = 0; j < SIDE * SIDE; j++) {
        int from = MARGIN + j / SIDE * pitch + (tile * SIDE + j % SIDE) * channels + c;
        sum += a[point / ACROSS][j / SIDE] * a[point % ACROSS][j % SIDE] * y[from];
      }
      expected[MARGIN + point * pointStep + tile * channels + c] = (float) sum;
    }
    for (int i = 0; i < d.length; i++) {
      assertEquals(expected[i], d[i] + 0f, "element " + i);
    }
  }

  @ParameterizedTest
  @CsvSource({"1, 16, 0", "3, 48, 16"})
  void sumsBecomeGradientsOfWeights(int rows, int columns, int others) {
    int pointStep = rows * columns + 9;
    float[] u = signed(POINTS * pointStep, 2);
    int ldw = columns + others;
    int tapStep = rows * ldw + 1;
    float[] dw = new float[2 * MARGIN + 9 * tapStep];
    Arrays.fill(dw, Float.NaN);
    WinogradAdjoint.weights(u.clone(), pointStep, rows, columns, dw, MARGIN, ldw, tapStep);
    double[][] g = powers(3, true);
    int written = 0;
    for (int i = 0; i < 9 * rows * columns; i++) {
      int o = i % columns;
      int c = i / columns % rows;
      int tap = i / columns / rows;
      double sum = 0;
      double scale = 0;
      for (int j = 0; j < POINTS; j++) {
        double term = g[j / ACROSS][tap / 3] * g[j % ACROSS][tap % 3];
        term *= u[j * pointStep + c * columns + o];
        sum += term;
        scale += Math.abs(term);
      }
      float actual = dw[MARGIN + tap * tapStep + c * ldw + o];
      // Five roundings a direction, one of them of the factor of G.
      assertEquals(sum, actual, 10 * Math.ulp(1f) / 2 * scale, "tap " + tap + ", " + c + ", " + o);
      written++;
    }
    int left = 0;
    for (float value : dw) {
      left += Float.isNaN(value) ? 1 : 0;
    }
    assertEquals(dw.length - written, left);
  }
}
