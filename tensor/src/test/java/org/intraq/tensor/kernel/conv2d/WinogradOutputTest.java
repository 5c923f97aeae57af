package org.intraq.tensor.kernel.conv2d;

import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.intraq.tensor.kernel.gemm.GemmTile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("kernel")
class WinogradOutputTest {
  private static final double[] POINTS = {0, 0.75, -0.75, 1.5, -1.5};
  private static final int ACROSS = WinogradInput.ACROSS;
  private static final int SIDE = WinogradInput.SIDE;
  private static final int MARGIN = 7;

  /** Entry (i, j) of A^T: the j-th point to the power of i; infinity takes the highest power. */
  private static double outputMatrix(int i, int j) {
    return j < POINTS.length ? Math.pow(POINTS[j], i) : i == SIDE - 1 ? 1 : 0;
  }

  /** Entry (p, k) of G: the k-th power of point p over its differences to the other points. */
  private static double weightMatrix(int p, int k) {
    if (p == POINTS.length) {
      return k == 2 ? 1 : 0;
    }
    double product = 1;
    for (int q = 0; q < POINTS.length; q++) {
      product *= q == p ? 1 : POINTS[p] - POINTS[q];
    }
    return Math.pow(POINTS[p], k) / product;
  }

  /** Whole numbers: every sum of the definition is exact in single precision. */
  @ParameterizedTest
  @CsvSource({"16, 0, 16", "16, 1, 16", "48, 3, 48", "16, 3, 48"})
  void wholeNumbersAreTransformedExactly(int channels, int tiles, int pixel) {
    int pointStep = tiles * channels + 5;
    float[] m = wholes(MARGIN + WinogradInput.POINTS * pointStep, 1);
    int rowStep = tiles * SIDE * pixel + 3;
    float[] y = new float[MARGIN + SIDE * rowStep + MARGIN];
    Arrays.fill(y, Float.NaN);
    float[] expected = y.clone();
    WinogradOutput.transform(m, MARGIN, pointStep, tiles, channels, y, MARGIN, pixel, rowStep);
    for (int e = 0; e < SIDE * SIDE * tiles * channels; e++) {
      int c = e % channels;
      int tile = e / channels % tiles;
      int row = e / channels / tiles / SIDE;
      int column = e / channels / tiles % SIDE;
      double sum = 0;
      for (int j = 0; j < WinogradInput.POINTS; j++) {
        double product = outputMatrix(row, j / ACROSS) * outputMatrix(column, j % ACROSS);
        sum += product * m[MARGIN + j * pointStep + tile * channels + c];
      }
      int at = MARGIN + row * rowStep + (tile * SIDE + column) * pixel + c;
      expected[at] = (float) sum;
    }
    for (int i = 0; i < y.length; i++) {
      assertEquals(expected[i], y[i] + 0f, "element " + i);
    }
  }

  @Test
  void weightsAreRoundedOnce() {
    int columns = GemmTile.COLUMNS;
    float[] g = signed(9 * columns, 2);
    int pointStep = columns + 3;
    float[] u = new float[WinogradInput.POINTS * pointStep];
    WinogradWeights.transform(g, 0, u, 0, pointStep);
    for (int point = 0; point < WinogradInput.POINTS; point++) {
      for (int j = 0; j < columns; j++) {
        double sum = 0;
        double scale = 0;
        for (int t = 0; t < 9; t++) {
          double term =
              weightMatrix(point / ACROSS, t / 3)
                  * weightMatrix(point % ACROSS, t % 3)
                  * g[t * columns + j];
          sum += term;
          scale += Math.abs(term);
        }
        double bound = Math.ulp((float) sum) / 2 + 32 * Math.ulp(1d) * scale;
        assertEquals(sum, u[point * pointStep + j], bound, "point " + point);
      }
    }
  }
}
