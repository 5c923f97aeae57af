package org.intraq.cuda.kernel.batchnorm;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.NormalizationOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BatchNormCudaTest extends ParityTesting {
  private static final float STABILITY = 1e-5f;

  /** Roundings of a sum of eight in float, of what goes into it and of the result. */
  private static final int K = 16;

  /** Mean and variance. */
  private static float[] moments(Backend backend, Scope scope, float[] x, int shift, int m, int c) {
    Tensor y = scope.f32(2 * c);
    backend
        .normalization()
        .batchMoments(window(scope, x, shift, m, c), y.slice(0, c), y.slice(c, 2 * c));
    return backend.memory().toArray(y);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "3, 5",
    "9, 3",
    "8, 4",
    "65, 8",
    "300, 12",
    "2100, 3",
    "40, 260",
    "700, 96",
    "600, 252",
    "6, 1001"
  })
  void momentsAreWithinTheBound(int m, int c) {
    for (float offset : new float[] {0, -1000f, 1e6f}) {
      float[] x = KernelData.signed(m * c, 1);
      for (int i = 0; i < x.length; i++) {
        x[i] += offset;
      }
      float[] expected = onCpu((backend, scope) -> moments(backend, scope, x, 0, m, c));
      for (CudaBackend cuda : backends()) {
        for (int shift : new int[] {0, 1}) {
          float[] y = run(cuda, (backend, scope) -> moments(backend, scope, x, shift, m, c));
          for (int j = 0; j < c; j++) {
            // |x - mean| of normal values stays below 7 deviations.
            double deviation = 7 * Math.sqrt(expected[c + j]);
            assertEquals(
                expected[j], y[j], EPS * Math.abs(expected[j]) + K * EPS * deviation, "mean " + j);
            assertEquals(expected[c + j], y[c + j], K * EPS * 2 * expected[c + j], "variance " + j);
          }
          assertArrayEquals(
              y, run(cuda, (backend, scope) -> moments(backend, scope, x, shift, m, c)));
        }
      }
    }
  }

  @Test
  void outliersConstantsAndNaN() {
    int m = 4096;
    float[] x = new float[m * 4];
    for (int i = 0; i < m; i++) {
      x[4 * i] = i == 0 ? 2048 : i % 2 == 0 ? 1 : -1;
      x[4 * i + 1] = 0.1f;
      x[4 * i + 2] = i == 77 ? Float.NaN : 1;
      x[4 * i + 3] = i;
    }
    double mean = 2047.0 / 4096;
    double variance = (2048.0 * 2048 + 4095) / 4096 - mean * mean;
    for (CudaBackend cuda : backends()) {
      float[] y = run(cuda, (backend, scope) -> moments(backend, scope, x, 0, m, 4));
      assertEquals(mean, y[0], EPS);
      assertEquals(variance, y[4], K * EPS * variance);
      assertEquals(0.1f, y[1]);
      assertEquals(0f, y[5]);
      assertTrue(Float.isNaN(y[2]) && Float.isNaN(y[6]), "NaN is lost");
      assertEquals(2047.5f, y[3]);
      assertEquals(((double) m * m - 1) / 12, y[7], K * EPS * m * m / 12);
    }
  }

  /** y, mean, variance, dx, dGamma, dBeta of training; the gradients at the given statistics. */
  private static float[] train(Backend backend, Scope scope, float[] x, int shift, int m, int c) {
    Tensor xs = window(scope, x, shift, m, c);
    Tensor gamma = scope.of(KernelData.signed(c, 2), c);
    Tensor beta = scope.of(KernelData.signed(c, 3), c);
    Tensor dy = window(scope, KernelData.signed(m * c, 4), shift, m, c);
    Tensor out = scope.f32(2 * m * c + 4 * c);
    Tensor y = out.slice(0, m * c).reshape(m, c);
    Tensor dx = out.slice(m * c, 2 * m * c).reshape(m, c);
    Tensor rest = out.slice(2 * m * c, 2 * m * c + 4 * c);
    NormalizationOps ops = backend.normalization();
    Tensor mean = rest.slice(0, c);
    Tensor variance = rest.slice(c, 2 * c);
    ops.train(xs, gamma, beta, STABILITY, y, mean, variance);
    ops.trainBackward(
        xs,
        gamma,
        mean,
        variance,
        STABILITY,
        dy,
        dx,
        rest.slice(2 * c, 3 * c),
        rest.slice(3 * c, 4 * c));
    return backend.memory().toArray(out);
  }

  @ParameterizedTest
  @CsvSource({"2, 1", "9, 5", "64, 8", "301, 12", "1100, 3", "700, 96", "600, 252"})
  void trainingIsWithinTheBound(int m, int c) {
    float[] x = KernelData.signed(m * c, 5);
    float[] gamma = KernelData.signed(c, 2);
    float[] beta = KernelData.signed(c, 3);
    float[] dy = KernelData.signed(m * c, 4);
    float[] e = onCpu((backend, scope) -> train(backend, scope, x, 0, m, c));
    int at = 2 * m * c;
    for (CudaBackend cuda : backends()) {
      for (int shift : new int[] {0, 1}) {
        float[] y = run(cuda, (backend, scope) -> train(backend, scope, x, shift, m, c));
        for (int j = 0; j < c; j++) {
          double inv = 1 / Math.sqrt(e[at + c + j] + STABILITY);
          double scale = inv * Math.abs(gamma[j]);
          double slack = 7 * K * EPS * Math.sqrt(e[at + c + j]);
          double sum = 0;
          double products = 0;
          for (int i = j; i < m * c; i += c) {
            double d = Math.abs(x[i] - e[at + j]);
            sum += Math.abs(dy[i]);
            products += Math.abs(dy[i]) * (d + slack / K) * inv;
            double bound =
                4 * EPS * (d * scale + Math.abs(beta[j])) + (slack + K * EPS * d) * scale;
            assertEquals(e[i], y[i], bound, "y " + i);
          }
          // The statistics that the gradients are taken at differ by K roundings as well.
          assertEquals(e[at + 2 * c + j], y[at + 2 * c + j], 3 * K * EPS * products, "dGamma " + j);
          assertEquals(e[at + 3 * c + j], y[at + 3 * c + j], K * EPS * sum, "dBeta " + j);
          for (int i = j; i < m * c; i += c) {
            double normalised = (Math.abs(x[i] - e[at + j]) + slack / K) * inv;
            double terms = Math.abs(dy[i]) + (sum + normalised * products) / m;
            assertEquals(e[m * c + i], y[m * c + i], 4 * K * EPS * scale * terms, "dx " + i);
          }
        }
      }
    }
  }

  /** Moments' gradient, affine map, scale, parameter gradients, fold and its gradient. */
  private static float[] maps(Backend backend, Scope scope, float[][] v, int shift, int m, int c) {
    NormalizationOps ops = backend.normalization();
    Tensor x = window(scope, v[0], shift, m, c);
    Tensor dy = window(scope, v[1], shift, m, c);
    Tensor a = scope.of(v[2], c);
    Tensor b = scope.of(v[3], c);
    Tensor positive = scope.of(KernelData.absolute(v[2]), c);
    Tensor y = scope.f32(3 * m * c + 6 * c);
    for (int k = 0; k < 3; k++) {
      backend.memory().copy(x, y.slice(k * m * c, (k + 1) * m * c));
    }
    Tensor first = y.slice(0, m * c).reshape(m, c);
    ops.batchMomentsBackward(x, a, b, a, first);
    Tensor second = y.slice(m * c, 2 * m * c).reshape(m, c);
    ops.channelAffine(second, a, b, second);
    Tensor third = y.slice(2 * m * c, 3 * m * c).reshape(m, c);
    ops.channelScale(third, b, third);
    Tensor rest = y.slice(3 * m * c, 3 * m * c + 6 * c);
    ops.channelAffineParameterGradients(x, dy, rest.slice(0, c), rest.slice(c, 2 * c));
    ops.fold(a, b, b, positive, 1e-3f, rest.slice(2 * c, 3 * c), rest.slice(3 * c, 4 * c));
    ops.foldBackward(a, b, b, positive, 1e-3f, rest.slice(4 * c, 5 * c), rest.slice(5 * c, 6 * c));
    return backend.memory().toArray(y);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "9, 5", "33, 8", "300, 12", "0, 4", "5, 0"})
  void mapsAndParameterGradientsAreWithinTheBound(int m, int c) {
    float[][] v = {
      KernelData.signed(m * c, 6),
      KernelData.signed(m * c, 7),
      KernelData.signed(c, 8),
      KernelData.signed(c, 9)
    };
    float[] e = onCpu((backend, scope) -> maps(backend, scope, v, 0, m, c));
    for (CudaBackend cuda : backends()) {
      for (int shift : new int[] {0, 3}) {
        float[] y = run(cuda, (backend, scope) -> maps(backend, scope, v, shift, m, c));
        for (int i = 0; i < m * c; i++) {
          int j = i % c;
          double d = Math.abs(v[0][i]) + Math.abs(v[2][j]);
          double terms = (Math.abs(v[3][j]) + 2 * d * Math.abs(v[2][j])) / m;
          assertEquals(e[i], y[i], 3 * EPS * terms, "moments " + i);
          terms = Math.abs(v[0][i] * v[2][j]) + Math.abs(v[3][j]);
          assertEquals(e[m * c + i], y[m * c + i], EPS * terms, "affine " + i);
          assertEquals(e[2 * m * c + i], y[2 * m * c + i], "scale " + i);
        }
        int at = 3 * m * c;
        for (int j = 0; j < c; j++) {
          double sum = 0;
          double products = 0;
          for (int i = j; i < m * c; i += c) {
            sum += Math.abs(v[1][i]);
            products += Math.abs(v[0][i] * v[1][i]);
          }
          assertEquals(e[at + j], y[at + j], K * EPS * products, "dScale " + j);
          assertEquals(e[at + c + j], y[at + c + j], K * EPS * sum, "dShift " + j);
        }
        assertArrayEquals(
            Arrays.copyOfRange(e, at + 2 * c, e.length),
            Arrays.copyOfRange(y, at + 2 * c, y.length),
            "fold");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void refusesWhatTheCpuRefuses(int which) {
    for (CudaBackend cuda : backends()) {
      run(
          cuda,
          (backend, scope) -> {
            NormalizationOps ops = backend.normalization();
            Tensor c = scope.zeros(Shape.of(4));
            String message =
                assertThrows(
                        IllegalArgumentException.class,
                        () -> {
                          if (which == 0) {
                            ops.batchMoments(
                                scope.zeros(Shape.of(0, 4)), c, scope.zeros(Shape.of(4)));
                          } else {
                            ops.fold(
                                c, c, c, c, 0, scope.zeros(Shape.of(4)), scope.zeros(Shape.of(4)));
                          }
                        })
                    .getMessage();
            String[] expected = {
              "batchMoments: expected at least one sample of each channel, got [0, 4]",
              "batchNorm.fold: expected eps > 0, got 0.0"
            };
            assertEquals(expected[which], message);
            return null;
          });
    }
  }
}
