package org.intraq.tensor.kernel.batchnorm;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.intraq.tensor.testing.KernelData.inNaNs;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.unframed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.intraq.tensor.parallel.Workers;
import org.intraq.tensor.testing.OnnxModelBuilder;
import org.intraq.tensor.testing.OnnxRuntime;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

@Tag("kernel")
@net.jqwik.api.Tag("kernel")
class BatchNormContractTest {
  private static final Workers WORKERS = new Workers(2);
  private static final BatchNorm REFERENCE = new BatchNormReference();
  private static final BatchNorm SIMD = new BatchNormSimd(WORKERS);
  private static final float STABILITY = 1e-5f;
  private static final int MARGIN = 3;

  static List<BatchNorm> implementations() {
    return List.of(REFERENCE, SIMD);
  }

  private static List<ChannelAffine> affines() {
    return List.of(new ChannelAffineReference(), new ChannelAffineSimd(WORKERS));
  }

  /** y, mean, variance. */
  private static float[][] train(
      BatchNorm kernel, int m, int c, float[] x, float[] gamma, float[] beta) {
    float[][] out = {inNaNs(nans(m * c), MARGIN), inNaNs(nans(c), MARGIN), inNaNs(nans(c), MARGIN)};
    kernel.train(
        m,
        c,
        inNaNs(x, MARGIN),
        MARGIN,
        inNaNs(gamma, MARGIN),
        MARGIN,
        inNaNs(beta, MARGIN),
        MARGIN,
        STABILITY,
        out[0],
        MARGIN,
        out[1],
        MARGIN,
        out[2],
        MARGIN);
    return unframedAll(out);
  }

  /** dx, dGamma, dBeta. */
  private static float[][] backward(
      BatchNorm kernel,
      int m,
      int c,
      float[] x,
      float[] gamma,
      float[] mean,
      float[] variance,
      float[] dy) {
    float[][] out = {inNaNs(nans(m * c), MARGIN), inNaNs(nans(c), MARGIN), inNaNs(nans(c), MARGIN)};
    kernel.trainBackward(
        m,
        c,
        inNaNs(x, MARGIN),
        MARGIN,
        inNaNs(gamma, MARGIN),
        MARGIN,
        inNaNs(mean, MARGIN),
        MARGIN,
        inNaNs(variance, MARGIN),
        MARGIN,
        STABILITY,
        inNaNs(dy, MARGIN),
        MARGIN,
        out[0],
        MARGIN,
        out[1],
        MARGIN,
        out[2],
        MARGIN);
    return unframedAll(out);
  }

  private static float[][] unframedAll(float[][] framed) {
    float[][] result = new float[framed.length][];
    for (int i = 0; i < framed.length; i++) {
      result[i] = unframed(framed[i], MARGIN);
    }
    return result;
  }

  @ParameterizedTest
  @MethodSource("implementations")
  void anAnswerWorkedByHand(BatchNorm kernel) {
    float[] x = {1, 3, 5, 7};
    float[][] y = train(kernel, 4, 1, x, new float[] {2}, new float[] {10});
    double inv = 1 / Math.sqrt(5 + 1e-5);
    for (int i = 0; i < 4; i++) {
      assertEquals(10 + 2 * (x[i] - 4) * inv, y[0][i], 16 * 2 * EPS);
    }
    // A gradient that BatchNorm cannot see: constant, so dx = 0.
    float[][] constant =
        backward(kernel, 4, 1, x, new float[] {2}, y[1], y[2], new float[] {1, 1, 1, 1});
    assertArrayEquals(new float[4], constant[0], 4 * EPSF);
    assertEquals(4f, constant[2][0]);
    assertEquals(0f, constant[1][0]);
    // dy = e0: dGamma = -3 inv, dx = 2 inv (e0 - 1/4 - xhat xhat0 / 4)
    float[][] first =
        backward(kernel, 4, 1, x, new float[] {2}, y[1], y[2], new float[] {1, 0, 0, 0});
    assertEquals(-3 * inv, first[1][0], 8 * EPS);
    for (int i = 0; i < 4; i++) {
      double expected = 2 * inv * ((i == 0 ? 1 : 0) - 0.25 - (x[i] - 4) * inv * -3 * inv / 4);
      assertEquals(expected, first[0][i], 8 * EPS);
    }
  }

  private static final float EPSF = Math.ulp(1f);

  @ParameterizedTest
  @CsvSource({
    "1, 1, 0",
    "2, 3, 0",
    "64, 16, 0",
    "1023, 17, 0",
    "20000, 16, 100",
    "3136, 64, 0",
    "784, 144, 1000",
    "49, 960, 0",
    "33, 257, 0",
    "131075, 16, 0",
    "8191, 257, 0",
    "5, 0, 0"
  })
  void agreesWithTheReference(int m, int c, float offset) {
    check(m, c, offset);
  }

  private static void check(int m, int c, float offset) {
    float[] x = signed(m * c, 1);
    for (int i = 0; i < x.length; i++) {
      x[i] += offset;
    }
    float[] gamma = signed(c, 2);
    float[] beta = signed(c, 3);
    float[] dy = signed(m * c, 4);
    float[][] expected = train(REFERENCE, m, c, x, gamma, beta);
    float[][] actual = train(SIMD, m, c, x, gamma, beta);
    double k = Math.min(m, BatchMoments.MAX_CHUNK) + 16;
    for (int i = 0; i < x.length; i++) {
      int j = i % c;
      double deviation = Math.abs(x[i] - expected[1][j]);
      double inv = 1 / Math.sqrt(expected[2][j] + STABILITY);
      // The map's own rounding, and what the bounds of mean and variance let through.
      double meanSlack = EPS * Math.abs(offset) + k * EPS / 2 * 7 * Math.sqrt(expected[2][j]);
      double bound =
          4 * EPS * (deviation * inv * Math.abs(gamma[j]) + Math.abs(beta[j]))
              + (meanSlack + k * EPS * deviation) * inv * Math.abs(gamma[j]);
      assertEquals(expected[0][i], actual[0][i], bound, "y at " + i);
    }
    checkBackward(m, c, x, gamma, expected[1], expected[2], dy);
  }

  private static void checkBackward(
      int m, int c, float[] x, float[] gamma, float[] mean, float[] variance, float[] dy) {
    float[][] expected = backward(REFERENCE, m, c, x, gamma, mean, variance, dy);
    float[][] actual = backward(SIMD, m, c, x, gamma, mean, variance, dy);
    double k = Math.min(m, BatchMoments.MAX_CHUNK) + 16;
    for (int j = 0; j < c; j++) {
      double inv = 1 / Math.sqrt(variance[j] + STABILITY);
      double sum = 0;
      double products = 0;
      for (int i = j; i < x.length; i += c) {
        sum += Math.abs(dy[i]);
        products += Math.abs(dy[i] * (x[i] - mean[j])) * inv;
      }
      assertEquals(expected[1][j], actual[1][j], k * EPS / 2 * products, "dGamma " + j);
      assertEquals(expected[2][j], actual[2][j], k * EPS / 2 * sum, "dBeta " + j);
      for (int i = j; i < x.length; i += c) {
        double normalised = Math.abs(x[i] - mean[j]) * inv;
        double terms = 4 * Math.abs(dy[i]) + (k + 4) * (sum + normalised * products) / m;
        double bound = EPS * Math.abs(gamma[j]) * inv * terms;
        assertEquals(expected[0][i], actual[0][i], bound, "dx at " + i);
      }
    }
  }

  @Property(tries = 40)
  void agreesOnRandomShapes(
      @ForAll @IntRange(min = 1, max = 1500) int m, @ForAll @IntRange(min = 1, max = 70) int c) {
    check(m, c, 0);
  }

  @Test
  void theSameBitsForAnyNumberOfThreadsAndInPlace() {
    int m = 9001;
    int c = 24;
    float[] x = signed(m * c, 5);
    float[] gamma = signed(c, 6);
    float[] dy = signed(m * c, 7);
    try (Workers one = new Workers(1);
        Workers three = new Workers(3)) {
      float[][] a = train(new BatchNormSimd(one), m, c, x, gamma, gamma);
      float[][] b = train(new BatchNormSimd(three), m, c, x, gamma, gamma);
      float[][] da = backward(new BatchNormSimd(one), m, c, x, gamma, a[1], a[2], dy);
      float[][] db = backward(new BatchNormSimd(three), m, c, x, gamma, a[1], a[2], dy);
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(a[i], b[i]);
        assertArrayEquals(da[i], db[i]);
      }
      float[] inPlace = dy.clone();
      SIMD.trainBackward(
          m,
          c,
          x,
          0,
          gamma,
          0,
          a[1],
          0,
          a[2],
          0,
          STABILITY,
          inPlace,
          0,
          inPlace,
          0,
          new float[c],
          0,
          new float[c],
          0);
      assertArrayEquals(da[0], inPlace);
    }
  }

  @ParameterizedTest
  @CsvSource({"0, 3", "1, 1", "9, 16", "31, 17", "4099, 3", "3000, 24", "70, 300", "2, 0"})
  void affineMapsAndTheirParameterGradients(int m, int c) {
    float[] x = signed(m * c, 8);
    float[] dy = signed(m * c, 9);
    float[] scale = signed(c, 10);
    float[] shift = signed(c, 11);
    float[][][] out = new float[2][][];
    for (int k = 0; k < 2; k++) {
      ChannelAffine kernel = affines().get(k);
      float[][] y = {
        inNaNs(nans(m * c), MARGIN),
        inNaNs(nans(m * c), MARGIN),
        inNaNs(nans(c), MARGIN),
        inNaNs(nans(c), MARGIN)
      };
      float[] xs = inNaNs(x, MARGIN);
      float[] dys = inNaNs(dy, MARGIN);
      float[] scales = inNaNs(scale, MARGIN);
      kernel.affine(m, c, xs, MARGIN, scales, MARGIN, inNaNs(shift, MARGIN), MARGIN, y[0], MARGIN);
      kernel.scale(m, c, xs, MARGIN, scales, MARGIN, y[1], MARGIN);
      kernel.parameterGradients(m, c, xs, MARGIN, dys, MARGIN, y[2], MARGIN, y[3], MARGIN);
      out[k] = unframedAll(y);
    }
    double k = BatchMoments.MAX_CHUNK + 16;
    for (int i = 0; i < m * c; i++) {
      double terms = Math.abs(x[i] * scale[i % c]) + Math.abs(shift[i % c]);
      assertEquals(out[0][0][i], out[1][0][i], EPS * terms);
    }
    assertArrayEquals(out[0][1], out[1][1]);
    for (int j = 0; j < c; j++) {
      double products = 0;
      double sum = 0;
      for (int i = j; i < m * c; i += c) {
        products += Math.abs(dy[i] * x[i]);
        sum += Math.abs(dy[i]);
      }
      assertEquals(out[0][2][j], out[1][2][j], k * EPS / 2 * products);
      assertEquals(out[0][3][j], out[1][3][j], k * EPS / 2 * sum);
    }
  }

  @Test
  void foldingGivesTheSameMapAndItsGradients() {
    float[] scale = new float[2];
    float[] shift = new float[2];
    float[] mean = {3, -1};
    float[] variance = {15.99f, 0};
    BatchNormFold.fold(
        2,
        new float[] {8, 1},
        0,
        new float[] {1, 0.5f},
        0,
        mean,
        0,
        variance,
        0,
        0.01f,
        scale,
        0,
        shift,
        0);
    assertArrayEquals(new float[] {2, 10}, scale, 10 * EPSF);
    assertArrayEquals(new float[] {-5, 10.5f}, shift, 16 * EPSF);
    float[] dGamma = new float[2];
    float[] dBeta = new float[2];
    BatchNormFold.foldBackward(
        2,
        new float[] {7, 1},
        0,
        new float[] {1, 2},
        0,
        mean,
        0,
        variance,
        0,
        0.01f,
        dGamma,
        0,
        dBeta,
        0);
    assertArrayEquals(new float[] {1, 30}, dGamma, 32 * EPSF);
    assertArrayEquals(new float[] {1, 2}, dBeta);
  }

  @Property(tries = 30)
  void evaluationModeAgreesWithOnnx(
      @ForAll @IntRange(min = 1, max = 3) int n,
      @ForAll @IntRange(min = 1, max = 9) int h,
      @ForAll @IntRange(min = 1, max = 40) int c) {
    int m = n * h * h;
    float[] x = signed(m * c, 12);
    float[] gamma = signed(c, 13);
    float[] beta = signed(c, 14);
    float[] mean = signed(c, 15);
    float[] variance = signed(c, 16);
    for (int j = 0; j < c; j++) {
      variance[j] = variance[j] * variance[j] + 0.01f;
    }
    float[] scale = new float[c];
    float[] shift = new float[c];
    BatchNormFold.fold(c, gamma, 0, beta, 0, mean, 0, variance, 0, STABILITY, scale, 0, shift, 0);
    float[] y = new float[m * c];
    new ChannelAffineSimd(WORKERS).affine(m, c, x, 0, scale, 0, shift, 0, y, 0);
    float[] expected = onnx(n, h, c, x, gamma, beta, mean, variance);
    for (int i = 0; i < y.length; i++) {
      int j = i % c;
      double terms = (Math.abs(x[i]) + Math.abs(mean[j])) * Math.abs(scale[j]) + Math.abs(beta[j]);
      assertEquals(expected[i], y[i], 8 * EPS * terms, "at " + i);
    }
  }

  private static float[] onnx(
      int n, int h, int c, float[] x, float[] gamma, float[] beta, float[] mean, float[] variance) {
    byte[] model =
        new OnnxModelBuilder("BatchNormalization", 15)
            .input("x", n, c, h, h)
            .input("scale", c)
            .input("bias", c)
            .input("mean", c)
            .input("variance", c)
            .output("y")
            .real("epsilon", STABILITY)
            .bytes();
    float[] y =
        OnnxRuntime.run(
            model,
            new OnnxRuntime.Input("x", swap(x, n, h * h, c), n, c, h, h),
            new OnnxRuntime.Input("scale", gamma, c),
            new OnnxRuntime.Input("bias", beta, c),
            new OnnxRuntime.Input("mean", mean, c),
            new OnnxRuntime.Input("variance", variance, c));
    return swap(y, n, c, h * h);
  }

  /** [batch, rows, columns] to [batch, columns, rows]. */
  private static float[] swap(float[] values, int batch, int rows, int columns) {
    float[] result = new float[values.length];
    for (int n = 0; n < batch; n++) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          result[(n * columns + j) * rows + i] = values[(n * rows + i) * columns + j];
        }
      }
    }
    return result;
  }
}
