package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class WinogradInputTest {
  private static final int SIDE = WinogradInput.SIDE;
  private static final int ACROSS = WinogradInput.ACROSS;
  private static final int MARGIN = 7;

  /**
   * B^T by its definition: row p holds the coefficients of prod (x - q) over the other points q.
   */
  private static double[][] matrix() {
    double[] points = {0, 0.75, -0.75, 1.5, -1.5};
    double[][] rows = new double[ACROSS][];
    for (int p = 0; p < points.length; p++) {
      rows[p] = polynomial(points, p);
    }
    rows[ACROSS - 1] = polynomial(points, -1);
    return rows;
  }

  private static double[] polynomial(double[] roots, int without) {
    double[] product = new double[ACROSS];
    product[0] = 1;
    for (int r = 0; r < roots.length; r++) {
      if (r != without) {
        for (int i = ACROSS - 1; i >= 0; i--) {
          product[i] = (i > 0 ? product[i - 1] : 0) - roots[r] * product[i];
        }
      }
    }
    return product;
  }

  /** Whole numbers: every sum of the definition is exact in single precision. */
  @ParameterizedTest
  @CsvSource({"16, 1", "16, 3", "32, 2", "80, 5"})
  void wholeNumbersAreTransformedExactly(int channels, int tiles) {
    int pitch = (tiles * SIDE + 2) * channels + 3;
    float[] d = wholes(MARGIN + ACROSS * pitch, 1);
    int blockStep = tiles * 16 + 48;
    int pointStep = channels / 16 * blockStep + 5;
    float[] v = new float[2 * MARGIN + WinogradInput.POINTS * pointStep];
    Arrays.fill(v, Float.NaN);
    WinogradInput.transform(d, MARGIN, pitch, channels, tiles, v, MARGIN, blockStep, pointStep);
    float[] expected = new float[v.length];
    Arrays.fill(expected, Float.NaN);
    double[][] b = matrix();
    for (int i = 0; i < WinogradInput.POINTS * tiles * channels; i++) {
      int c = i % channels;
      int tile = i / channels % tiles;
      int point = i / channels / tiles;
      int at = MARGIN + tile * SIDE * channels + c;
      int to = MARGIN + point * pointStep + c / 16 * blockStep + tile * 16 + c % 16;
      double sum = 0;
      for (int j = 0; j < WinogradInput.POINTS; j++) {
        int from = at + j / ACROSS * pitch + j % ACROSS * channels;
        sum += b[point / ACROSS][j / ACROSS] * b[point % ACROSS][j % ACROSS] * d[from];
      }
      expected[to] = (float) sum;
    }
    for (int i = 0; i < v.length; i++) {
      assertEquals(expected[i], v[i] + 0f, "element " + i);
    }
  }
}
