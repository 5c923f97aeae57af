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
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

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
class SoftmaxContractTest {
  private static final Softmax REFERENCE = new SoftmaxReference();
  private static final Softmax ONE = new SoftmaxSimd(new Workers(1));
  private static final Softmax TWO = new SoftmaxSimd(new Workers(2));
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  static List<Softmax> implementations() {
    return List.of(REFERENCE, ONE, TWO);
  }

  /** Logits of the size that networks give, some rows with a far outlier. */
  private static float[] logits(int rows, int columns, long seed) {
    float[] x = signed(rows * columns, seed);
    for (int i = 0; i < x.length; i++) {
      x[i] *= i % 7 == 0 ? 30 : 5;
    }
    return x;
  }

  private static double[] shifts(int rows, int columns, float[] x) {
    double[] shifts = new double[x.length];
    for (int r = 0; r < rows; r++) {
      float max = SoftmaxReference.maximum(columns, x, r * columns);
      for (int c = r * columns; c < (r + 1) * columns; c++) {
        shifts[c] = Math.abs((double) x[c] - max);
      }
    }
    return shifts;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void answersWorkedByHand(Softmax kernel) {
    float ln3 = (float) Math.log(3);
    float[] x = {0, ln3, -ln3, -ln3};
    float[] y = new float[4];
    kernel.softmax(2, 2, x, 0, y, 0);
    assertClose("y", new double[] {0.25, 0.75, 0.5, 0.5}, y, bound(4, 2e-7));
    float[] log = new float[4];
    kernel.logSoftmax(2, 2, x, 0, log, 0);
    double half = -Math.log(2);
    assertClose(
        "log", new double[] {-Math.log(4), Math.log(0.75), half, half}, log, bound(4, 4e-7));
    // dx = y (dy - y . dy): y . dy = 0.25 * 4 - 0.75 * 8 = -5.
    float[] dx = new float[2];
    kernel.softmaxBackward(1, 2, new float[] {0.25f, 0.75f}, 0, new float[] {4, -8}, 0, dx, 0);
    assertArrayEquals(new float[] {2.25f, -2.25f}, dx);
    kernel.logSoftmaxBackward(1, 2, new float[] {0, 0}, 0, new float[] {4, -8}, 0, dx, 0);
    assertArrayEquals(new float[] {8, -4}, dx);
  }

  private static double[] bound(int size, double value) {
    double[] bound = new double[size];
    Arrays.fill(bound, value);
    return bound;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void extremesAndSpecialValues(Softmax kernel) {
    float nan = Float.NaN;
    float[] x = {
      1e4f,
      -1e4f,
      0, // far apart
      -1e4f,
      -1e4f,
      -1e4f, // all far below zero
      0,
      -INFINITE,
      0, // an impossible class
      -INFINITE,
      -INFINITE,
      -INFINITE, // nothing possible
      INFINITE,
      0,
      1, //
      nan,
      0,
      1, //
      3e38f,
      -3e38f,
      3e38f // the difference overflows
    };
    float third = 1f / 3;
    float[] expected = {
      1, 0, 0, third, third, third, 0.5f, 0, 0.5f, nan, nan, nan, nan, nan, nan, nan, nan, nan,
      0.5f, 0, 0.5f
    };
    float[] y = new float[x.length];
    kernel.softmax(7, 3, x, 0, y, 0);
    assertArrayEquals(expected, y);
    kernel.logSoftmax(7, 3, x, 0, y, 0);
    float log3 = (float) -Math.log(3);
    float log2 = (float) -Math.log(2);
    float[] expectedLog = {
      0, -2e4f, -1e4f, log3, log3, log3, log2, -INFINITE, log2, nan, nan, nan, nan, nan, nan, nan,
      nan, nan, log2, -INFINITE, log2
    };
    assertArrayEquals(expectedLog, y);
  }

  @ParameterizedTest
  @CsvSource({
    "0,5", "5,0", "1,1", "1,3", "1,7", "1,8", "2,15", "3,16", "3,17", "5,31", "7,33", "256,10",
    "13,100", "16,1000", "9,1009", "900,10", "2,8192", "3,8193"
  })
  void stayWithinTheirBoundsBetweenMargins(int rows, int columns) {
    float[] x = logits(rows, columns, 11);
    double[] shifts = shifts(rows, columns, x);
    double logC = Math.log(Math.max(1, columns));
    for (Softmax kernel : List.of(ONE, TWO)) {
      float[] expected = new float[x.length];
      float[] expectedLog = new float[x.length];
      REFERENCE.softmax(rows, columns, x, 0, expected, 0);
      REFERENCE.logSoftmax(rows, columns, x, 0, expectedLog, 0);
      double[] bound = new double[x.length];
      double[] logBound = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        bound[i] = (4 + shifts[i] + logC) * EPS * expected[i] + Float.MIN_VALUE;
        logBound[i] = 4 * EPS * (1 + shifts[i] + logC);
      }
      float[] y = blank(x.length);
      kernel.softmax(rows, columns, frame(x), MARGIN, y, MARGIN);
      assertClose("softmax", doubles(expected), window(y), bound);
      float[] inPlace = frame(x);
      kernel.softmax(rows, columns, inPlace, MARGIN, inPlace, MARGIN);
      assertArrayEquals(window(y), window(inPlace));
      float[] log = blank(x.length);
      kernel.logSoftmax(rows, columns, frame(x), MARGIN, log, MARGIN);
      assertClose("logSoftmax", doubles(expectedLog), window(log), logBound);
      gradientsStayWithinTheirBounds(kernel, rows, columns, expected, expectedLog);
    }
  }

  private static void gradientsStayWithinTheirBounds(
      Softmax kernel, int rows, int columns, float[] y, float[] log) {
    int n = y.length;
    float[] dy = signed(n, 12);
    float[] expected = new float[n];
    float[] expectedLog = new float[n];
    REFERENCE.softmaxBackward(rows, columns, y, 0, dy, 0, expected, 0);
    REFERENCE.logSoftmaxBackward(rows, columns, log, 0, dy, 0, expectedLog, 0);
    double[] bound = new double[n];
    double[] logBound = new double[n];
    for (int i = 0; i < n; i++) {
      double dot = 0;
      double sum = 0;
      for (int c = i - i % columns; c < i - i % columns + columns; c++) {
        dot += Math.abs((double) y[c] * dy[c]);
        sum += Math.abs(dy[c]);
      }
      bound[i] = 4 * EPS * y[i] * (Math.abs(dy[i]) + dot) + Float.MIN_VALUE;
      logBound[i] = 4 * EPS * (Math.abs(dy[i]) + Math.exp(log[i]) * sum);
    }
    float[] dx = blank(n);
    kernel.softmaxBackward(rows, columns, frame(y), MARGIN, frame(dy), MARGIN, dx, MARGIN);
    assertClose("softmaxBackward", doubles(expected), window(dx), bound);
    float[] inPlace = frame(dy);
    kernel.softmaxBackward(rows, columns, frame(y), MARGIN, inPlace, MARGIN, inPlace, MARGIN);
    assertArrayEquals(window(dx), window(inPlace));
    float[] dxLog = blank(n);
    kernel.logSoftmaxBackward(rows, columns, frame(log), MARGIN, frame(dy), MARGIN, dxLog, MARGIN);
    assertClose("logSoftmaxBackward", doubles(expectedLog), window(dxLog), logBound);
  }

  @Property(tries = 60)
  void invariants(
      @ForAll @IntRange(min = 1, max = 40) int rows,
      @ForAll @IntRange(min = 1, max = 140) int columns) {
    int n = rows * columns;
    float[] x = wholes(n, 31L * rows + columns);
    float[] moved = new float[n];
    for (int i = 0; i < n; i++) {
      moved[i] = x[i] + 1024;
    }
    for (Softmax kernel : implementations()) {
      float[] y = new float[n];
      float[] yMoved = new float[n];
      kernel.softmax(rows, columns, x, 0, y, 0);
      kernel.softmax(rows, columns, moved, 0, yMoved, 0);
      assertArrayEquals(y, yMoved, "a constant added to all logits, exactly");
      float[] dx = new float[n];
      kernel.softmaxBackward(rows, columns, y, 0, signed(n, 9), 0, dx, 0);
      for (int r = 0; r < rows; r++) {
        double sum = 0;
        double slope = 0;
        for (int c = r * columns; c < (r + 1) * columns; c++) {
          sum += y[c];
          slope += dx[c];
        }
        assertEquals(1, sum, (12 + Math.log(columns)) * EPS, "probabilities add up to one");
        assertEquals(0, slope, 40 * EPS, "the gradient is orthogonal to a constant");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void theGradientIsTheSlope(Softmax kernel) {
    int columns = 6;
    double[] x = {0.3, -1.2, 0.8, 2.1, -0.4, 0.0};
    float[] dy = signed(columns, 3);
    float[] y = new float[columns];
    float[] log = new float[columns];
    for (int c = 0; c < columns; c++) {
      y[c] = (float) softmax(x, c);
      log[c] = (float) Math.log(softmax(x, c));
    }
    float[] dx = new float[columns];
    float[] dxLog = new float[columns];
    kernel.softmaxBackward(1, columns, y, 0, dy, 0, dx, 0);
    kernel.logSoftmaxBackward(1, columns, log, 0, dy, 0, dxLog, 0);
    double h = 1e-5;
    for (int c = 0; c < columns; c++) {
      double slope = 0;
      double logSlope = 0;
      for (int k = 0; k < columns; k++) {
        double above = softmax(stepped(x, c, h), k);
        double below = softmax(stepped(x, c, -h), k);
        slope += dy[k] * (above - below) / (2 * h);
        logSlope += dy[k] * (Math.log(above) - Math.log(below)) / (2 * h);
      }
      assertEquals(slope, dx[c], 1e-6);
      assertEquals(logSlope, dxLog[c], 2e-6);
    }
  }

  private static double[] stepped(double[] x, int at, double h) {
    double[] result = x.clone();
    result[at] += h;
    return result;
  }

  private static double softmax(double[] x, int at) {
    double sum = 0;
    for (double value : x) {
      sum += Math.exp(value);
    }
    return Math.exp(x[at]) / sum;
  }

  @Test
  void theSameBitsForAnyThreadsAndWidth() {
    int rows = 203;
    int columns = 117;
    float[] x = logits(rows, columns, 5);
    float[] dy = signed(x.length, 6);
    float[][] results = new float[2][4 * x.length];
    for (int k = 0; k < 2; k++) {
      Softmax kernel = k == 0 ? ONE : TWO;
      float[] out = results[k];
      kernel.softmax(rows, columns, x, 0, out, 0);
      kernel.logSoftmax(rows, columns, x, 0, out, x.length);
      kernel.softmaxBackward(rows, columns, out, 0, dy, 0, out, 2 * x.length);
      kernel.logSoftmaxBackward(rows, columns, out, x.length, dy, 0, out, 3 * x.length);
    }
    assertArrayEquals(results[0], results[1]);
    // Computed at 256 bits; the runs at other widths must find the same.
    assertEquals(CHECKSUM, checksum(results[0]));
  }

  private static final long CHECKSUM = 4254631153L;

  @Test
  void refusesWhatDoesNotFit() {
    float[] four = new float[4];
    for (Softmax kernel : implementations()) {
      assertThrows(
          IndexOutOfBoundsException.class, () -> kernel.softmax(2, 3, four, 0, new float[6], 0));
      assertThrows(IllegalArgumentException.class, () -> kernel.softmax(-1, 3, four, 0, four, 0));
      assertThrows(
          ArithmeticException.class, () -> kernel.softmax(1 << 20, 1 << 20, four, 0, four, 0));
    }
  }
}
