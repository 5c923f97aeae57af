package org.intraq.tensor.kernel.similarity;

import static org.intraq.tensor.testing.Frames.MARGIN;
import static org.intraq.tensor.testing.Frames.blank;
import static org.intraq.tensor.testing.Frames.doubles;
import static org.intraq.tensor.testing.Frames.frame;
import static org.intraq.tensor.testing.Frames.window;
import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class SimilarityContractTest {
  private static final Similarity KERNEL = new SimilarityReference();
  private static final float SMALL = 1e-8f;

  @Test
  void answersWorkedByHand() {
    float[] y = new float[4];
    KERNEL.l2Normalize(2, 2, new float[] {3, -4, 0, 0}, 0, SMALL, y, 0);
    assertArrayEquals(new float[] {0.6f, -0.8f, 0, 0}, y);
    KERNEL.l2Normalize(1, 2, new float[] {3, -4}, 0, 10f, y, 0);
    assertEquals(0.3f, y[0], "a length below eps counts as eps");
    float[] a = {3, -4, 1, 0, 0, 0, 2, 2};
    float[] b = {4, 3, 2, 0, 1, 1, -1, -1};
    KERNEL.cosine(4, 2, a, 0, b, 0, SMALL, y, 0);
    assertArrayEquals(new float[] {0, 1, 0, -1}, y);
    // y = (0.6, -0.8), dy = (1, 0): dx = (dy - y * 0.6) / 5 = ((1 - 0.36) / 5, 0.48 / 5).
    float[] dx = new float[2];
    KERNEL.l2NormalizeBackward(1, 2, new float[] {3, -4}, 0, SMALL, new float[] {1, 0}, 0, dx, 0);
    assertArrayEquals(new float[] {0.128f, 0.096f}, dx);
    // cos = 0: da = dy * b / (|a| |b|) = 50 * (4, 3) / 25.
    KERNEL.cosineBackward(1, 2, a, 0, b, 0, SMALL, new float[] {50}, 0, dx, 0);
    assertArrayEquals(new float[] {8, 6}, dx);
  }

  @Test
  void belowEpsTheLengthIsConstant() {
    float[] a = {0, 0};
    float[] b = {3, 4};
    float[] da = new float[2];
    KERNEL.cosineBackward(1, 2, a, 0, b, 0, 0.5f, new float[] {1}, 0, da, 0);
    assertArrayEquals(new float[] {3 / 2.5f, 4 / 2.5f}, da);
    KERNEL.l2NormalizeBackward(1, 2, a, 0, 0.5f, b, 0, da, 0);
    assertArrayEquals(new float[] {6, 8}, da);
  }

  @Test
  void neitherHugeNorTinyRowsLoseTheirDirection() {
    float[] x = {0x3p100f, -0x4p100f, 0x3p-100f, -0x4p-100f};
    float[] y = new float[4];
    KERNEL.l2Normalize(2, 2, x, 0, 0f, y, 0);
    assertArrayEquals(new float[] {0.6f, -0.8f, 0.6f, -0.8f}, y);
    float[] cosine = new float[2];
    KERNEL.cosine(2, 2, x, 0, x, 0, 0f, cosine, 0);
    assertArrayEquals(new float[] {1, 1}, cosine);
    KERNEL.l2Normalize(1, 2, new float[] {Float.NaN, 1}, 0, SMALL, y, 0);
    assertTrue(Float.isNaN(y[0]) && Float.isNaN(y[1]));
  }

  @Property(tries = 80)
  void gradientsAreSlopesAndRowsStandAlone(
      @ForAll @IntRange(max = 9) int rows, @ForAll @IntRange(min = 1, max = 70) int columns) {
    int n = rows * columns;
    float[] a = signed(n, 1);
    float[] b = signed(n, 2);
    float[] dy = signed(n, 3);
    float[] dCos = signed(rows, 4);
    float[] y = blank(n);
    float[] dx = blank(n);
    float[] cos = blank(rows);
    float[] da = blank(n);
    KERNEL.l2Normalize(rows, columns, frame(a), MARGIN, SMALL, y, MARGIN);
    KERNEL.l2NormalizeBackward(
        rows, columns, frame(a), MARGIN, SMALL, frame(dy), MARGIN, dx, MARGIN);
    KERNEL.cosine(rows, columns, frame(a), MARGIN, frame(b), MARGIN, SMALL, cos, MARGIN);
    KERNEL.cosineBackward(
        rows, columns, frame(a), MARGIN, frame(b), MARGIN, SMALL, frame(dCos), MARGIN, da, MARGIN);
    float[] ys = window(y);
    float[] dxs = window(dx);
    float[] cosines = window(cos);
    float[] das = window(da);
    double[] direction = doubles(signed(n, 5));
    for (int r = 0; r < rows; r++) {
      double length = 0;
      double along = 0;
      double alongCos = 0;
      double slope = 0;
      double slopeCos = 0;
      double scale = 0;
      for (int c = r * columns; c < (r + 1) * columns; c++) {
        length += (double) ys[c] * ys[c];
        along += (double) a[c] * dxs[c];
        alongCos += (double) a[c] * das[c];
        slope += direction[c] * dxs[c];
        slopeCos += direction[c] * das[c];
        scale += Math.abs(direction[c]) * (Math.abs(dxs[c]) + Math.abs(das[c]));
      }
      double bound = 4 * EPS * columns;
      assertEquals(1, length, bound, "a row of length one");
      assertEquals(0, along, bound * 4, "length does not matter, so the gradient is orthogonal");
      assertEquals(0, alongCos, bound * 4);
      double h = 1e-6;
      double exact =
          (normalized(a, direction, h, r, columns, dy)
                  - normalized(a, direction, -h, r, columns, dy))
              / (2 * h);
      assertEquals(exact, slope, 4 * EPS * scale + 1e-6 * (1 + Math.abs(exact)));
      double exactCos =
          dCos[r]
              * (cosine(a, direction, h, r, columns, b) - cosine(a, direction, -h, r, columns, b))
              / (2 * h);
      assertEquals(exactCos, slopeCos, 4 * EPS * scale + 1e-6 * (1 + Math.abs(exactCos)));
      assertEquals(cosine(a, direction, 0, r, columns, b), cosines[r], EPS);
    }
  }

  /** (a + h * direction) / |a + h * direction| . dy of row r. */
  private static double normalized(
      float[] a, double[] direction, double h, int r, int columns, float[] dy) {
    double square = 0;
    double dot = 0;
    for (int c = r * columns; c < (r + 1) * columns; c++) {
      double value = a[c] + h * direction[c];
      square += value * value;
      dot += value * dy[c];
    }
    return dot / Math.sqrt(square);
  }

  private static double cosine(
      float[] a, double[] direction, double h, int r, int columns, float[] b) {
    double square = 0;
    for (int c = r * columns; c < (r + 1) * columns; c++) {
      square += (double) b[c] * b[c];
    }
    return normalized(a, direction, h, r, columns, b) / Math.sqrt(square);
  }

  @Test
  void refusesWhatDoesNotFit() {
    float[] four = new float[4];
    assertThrows(
        IndexOutOfBoundsException.class, () -> KERNEL.l2Normalize(2, 3, four, 0, 0, four, 0));
    assertThrows(
        IllegalArgumentException.class, () -> KERNEL.l2Normalize(2, -3, four, 0, 0, four, 0));
  }
}
