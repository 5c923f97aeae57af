package org.intraq.tensor.kernel.batchnorm;

import static org.intraq.tensor.testing.KernelData.EPS;
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
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
class AffineReluContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final AffineRelu REFERENCE = new AffineReluReference();
  private static final AffineRelu SIMD = new AffineReluSimd(WORKERS);
  private static final float INF = Float.POSITIVE_INFINITY;
  private static final int MARGIN = 3;

  static List<AffineRelu> implementations() {
    return List.of(REFERENCE, SIMD);
  }

  /** One activation block and a gradient that arrives at it. */
  private record Case(
      int m,
      int c,
      float cap,
      float[] z,
      float[] r,
      float[] scale,
      float[] shift,
      float[] dy,
      float[] c0,
      float[] c1) {
    static Case of(int m, int c, float cap, boolean whole) {
      float[][] v = new float[7][];
      int[] sizes = {m * c, m * c, c, c, m * c, c, c};
      for (int i = 0; i < 7; i++) {
        v[i] = whole ? wholes(sizes[i], i) : signed(sizes[i], i);
      }
      return new Case(m, c, cap, v[0], v[1], v[2], v[3], v[4], v[5], v[6]);
    }

    float[] forward(AffineRelu kernel, boolean residual) {
      float[] y = inNaNs(nans(m * c), MARGIN);
      kernel.forward(
          m,
          c,
          inNaNs(z, MARGIN),
          MARGIN,
          inNaNs(scale, MARGIN),
          MARGIN,
          inNaNs(shift, MARGIN),
          MARGIN,
          residual ? inNaNs(r, MARGIN) : null,
          MARGIN,
          cap,
          y,
          MARGIN);
      return unframed(y, MARGIN);
    }

    /** dz and, if asked for, dr. */
    float[][] backward(AffineRelu kernel, float[] y, boolean moments, boolean residual) {
      float[] dz = inNaNs(nans(m * c), MARGIN);
      float[] dr = inNaNs(nans(m * c), MARGIN);
      kernel.backward(
          m,
          c,
          inNaNs(dy, MARGIN),
          MARGIN,
          inNaNs(y, MARGIN),
          MARGIN,
          cap,
          moments ? inNaNs(z, MARGIN) : null,
          MARGIN,
          inNaNs(scale, MARGIN),
          MARGIN,
          moments ? inNaNs(c0, MARGIN) : null,
          MARGIN,
          moments ? inNaNs(c1, MARGIN) : null,
          MARGIN,
          dz,
          MARGIN,
          residual ? dr : null,
          MARGIN);
      return new float[][] {unframed(dz, MARGIN), unframed(dr, MARGIN)};
    }

    /** dScale, dShift, dz, dr. */
    float[][] withSums(
        AffineRelu kernel, float[] y, float[] center, boolean gradient, boolean residual) {
      float[] dz = inNaNs(nans(m * c), MARGIN);
      float[] dr = inNaNs(nans(m * c), MARGIN);
      float[] dScale = inNaNs(nans(c), MARGIN);
      float[] dShift = inNaNs(nans(c), MARGIN);
      kernel.backwardWithSums(
          m,
          c,
          inNaNs(dy, MARGIN),
          MARGIN,
          inNaNs(y, MARGIN),
          MARGIN,
          cap,
          inNaNs(z, MARGIN),
          MARGIN,
          center == null ? null : inNaNs(center, MARGIN),
          MARGIN,
          gradient ? inNaNs(scale, MARGIN) : null,
          MARGIN,
          gradient ? inNaNs(c0, MARGIN) : null,
          MARGIN,
          gradient ? inNaNs(c1, MARGIN) : null,
          MARGIN,
          gradient ? dz : null,
          MARGIN,
          residual ? dr : null,
          MARGIN,
          dScale,
          MARGIN,
          dShift,
          MARGIN);
      return new float[][] {
        unframed(dScale, MARGIN),
        unframed(dShift, MARGIN),
        unframed(dz, MARGIN),
        unframed(dr, MARGIN)
      };
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(AffineRelu kernel) {
    Case block =
        new Case(
            2,
            2,
            6f,
            new float[] {1, 2, -1, 4},
            new float[] {0, 1, 1, -3},
            new float[] {2, 3},
            new float[] {1, -1},
            new float[] {10, 20, 30, 40},
            new float[] {1, 2},
            new float[] {100, 1000});
    assertArrayEquals(new float[] {3, 5, 0, 6}, block.forward(kernel, false));
    float[] y = block.forward(kernel, true);
    assertArrayEquals(new float[] {3, 6, 0, 6}, y);
    y[1] = 5;
    assertArrayEquals(new float[] {20, 60, 0, 0}, block.backward(kernel, y, false, false)[0]);
    float[][] out = block.backward(kernel, y, true, true);
    assertArrayEquals(new float[] {121, 2062, -99, 4002}, out[0]);
    assertArrayEquals(new float[] {10, 20, 0, 0}, out[1]);
    out = block.withSums(kernel, y, new float[] {3, 1}, false, false);
    assertArrayEquals(new float[] {-20, 20}, out[0]);
    assertArrayEquals(new float[] {10, 20}, out[1]);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 3",
    "1, 1",
    "5, 3",
    "64, 1",
    "9, 15",
    "8, 16",
    "7, 17",
    "33, 24",
    "65, 64",
    "40, 257",
    "5000, 16",
    "3136, 24",
    "784, 144",
    "49, 960",
    "7, 0"
  })
  void agreesWithTheReference(int m, int c) {
    Case block = Case.of(m, c, c % 2 == 0 ? INF : 1.5f, false);
    for (boolean residual : new boolean[] {false, true}) {
      float[] expected = block.forward(REFERENCE, residual);
      float[] actual = block.forward(SIMD, residual);
      for (int i = 0; i < m * c; i++) {
        int j = i % c;
        double terms = Math.abs(block.z[i] * block.scale[j]) + Math.abs(block.shift[j]);
        assertEquals(expected[i], actual[i], 2 * EPS * (terms + Math.abs(block.r[i])), "y " + i);
      }
      for (boolean moments : new boolean[] {false, true}) {
        checkBackward(block, expected, moments, residual);
      }
      checkSums(block, expected, residual);
    }
  }

  private static void checkBackward(Case block, float[] y, boolean moments, boolean residual) {
    float[][] expected = block.backward(REFERENCE, y, moments, residual);
    float[][] actual = block.backward(SIMD, y, moments, residual);
    assertArrayEquals(expected[1], actual[1], "dr");
    for (int i = 0; i < y.length; i++) {
      assertEquals(expected[0][i], actual[0][i], bound(block, i), "dz " + i);
    }
  }

  private static double bound(Case block, int i) {
    int j = i % block.c;
    double moments = Math.abs(block.c0[j]) + Math.abs(block.c1[j] * block.z[i]);
    return 2 * EPS * (Math.abs(block.dy[i] * block.scale[j]) + moments);
  }

  private static void checkSums(Case block, float[] y, boolean residual) {
    int c = block.c;
    double k = BatchMoments.MAX_CHUNK + 16;
    for (float[] center : new float[][] {null, block.shift}) {
      for (boolean gradient : new boolean[] {false, true}) {
        float[][] expected = block.withSums(REFERENCE, y, center, gradient, residual);
        float[][] actual = block.withSums(SIMD, y, center, gradient, residual);
        for (int j = 0; j < c; j++) {
          double sum = 0;
          double products = 0;
          double middle = center == null ? 0 : center[j];
          for (int i = j; i < y.length; i += c) {
            sum += Math.abs(block.dy[i]);
            products += Math.abs(block.dy[i] * (block.z[i] - middle));
          }
          assertEquals(expected[0][j], actual[0][j], k * EPS / 2 * products, "dScale " + j);
          assertEquals(expected[1][j], actual[1][j], k * EPS / 2 * sum, "dShift " + j);
        }
        for (int i = 0; gradient && i < y.length; i++) {
          assertEquals(expected[2][i], actual[2][i], bound(block, i), "dz " + i);
        }
        assertArrayEquals(expected[3], actual[3], "dr");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"37, 5", "2000, 24", "300, 300"})
  void wholeNumbersAreExact(int m, int c) {
    Case block = Case.of(m, c, 3f, true);
    float[] y = block.forward(REFERENCE, true);
    assertArrayEquals(y, block.forward(SIMD, true));
    float[][] expected = block.withSums(REFERENCE, y, block.shift, true, true);
    float[][] actual = block.withSums(SIMD, y, block.shift, true, true);
    for (int i = 0; i < 4; i++) {
      assertArrayEquals(expected[i], actual[i]);
    }
  }

  @Test
  void theSameBitsForAnyNumberOfThreads() {
    Case block = Case.of(9001, 24, 2f, false);
    float[] y = block.forward(REFERENCE, false);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      AffineRelu a = new AffineReluSimd(one);
      AffineRelu b = new AffineReluSimd(three);
      assertArrayEquals(block.forward(a, true), block.forward(b, true));
      float[][] first = block.withSums(a, y, null, true, true);
      float[][] second = block.withSums(b, y, null, true, true);
      for (int i = 0; i < 4; i++) {
        assertArrayEquals(first[i], second[i]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void gradientsMayOverwriteTheOneThatArrives(AffineRelu kernel) {
    Case block = Case.of(3000, 17, INF, false);
    float[] y = block.forward(kernel, false);
    float[][] apart = block.withSums(kernel, y, null, true, true);
    float[] dScale = new float[17];
    float[] dShift = new float[17];
    for (boolean ontoDz : new boolean[] {false, true}) {
      float[] inPlace = block.dy.clone();
      float[] other = new float[inPlace.length];
      float[] dz = ontoDz ? inPlace : other;
      float[] dr = ontoDz ? other : inPlace;
      kernel.backwardWithSums(
          3000,
          17,
          inPlace,
          0,
          y,
          0,
          INF,
          block.z,
          0,
          null,
          0,
          block.scale,
          0,
          block.c0,
          0,
          block.c1,
          0,
          dz,
          0,
          dr,
          0,
          dScale,
          0,
          dShift,
          0);
      assertArrayEquals(apart[2], dz);
      assertArrayEquals(apart[3], dr);
      assertArrayEquals(apart[0], dScale);
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void nanPassesForwardAndOnlyAnOpenGateLetsItBack(AffineRelu kernel) {
    int n = 40;
    float[] z = new float[n];
    float[] ones = {1};
    java.util.Arrays.fill(z, 1);
    z[3] = Float.NaN;
    z[39] = Float.NaN;
    z[5] = -1;
    float[] y = new float[n];
    kernel.forward(n, 1, z, 0, ones, 0, new float[1], 0, null, 0, INF, y, 0);
    assertTrue(Float.isNaN(y[3]) && Float.isNaN(y[39]) && y[5] == 0 && y[0] == 1);
    float[] dz = new float[n];
    kernel.backward(
        n, 1, nans(n), 0, y, 0, INF, null, 0, ones, 0, null, 0, null, 0, dz, 0, null, 0);
    for (int i = 0; i < n; i++) {
      assertEquals(i != 3 && i != 39 && i != 5, Float.isNaN(dz[i]), "at " + i);
    }
  }
}
