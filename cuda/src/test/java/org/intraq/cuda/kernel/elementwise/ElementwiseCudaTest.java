package org.intraq.cuda.kernel.elementwise;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ElementwiseOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElementwiseCudaTest extends ParityTesting {
  private static final float INF = Float.POSITIVE_INFINITY;

  /** Values of all kinds, NaN, infinities and zeros of both signs among them. */
  private static float[] values(int n, long seed) {
    float[] values = KernelData.signed(n, seed);
    float[] special = {Float.NaN, INF, -INF, -0f, 0f, 6f, Float.MIN_VALUE};
    for (int i = 0; i < special.length && n > 8; i++) {
      values[(i * 31 + (int) seed) % n] = special[i];
    }
    return values;
  }

  /** One operation after the other; all but linear and scaleShift round as the CPU does. */
  private static float[] exact(Backend backend, Scope scope, int n) {
    // Views at odd offsets: addresses of no particular alignment.
    Tensor a = scope.of(values(n + 3, 1), n + 3).slice(3, n + 3);
    Tensor b = scope.of(values(n + 1, 2), n + 1).slice(1, n + 1);
    Tensor y = scope.f32(5 * n);
    ElementwiseOps ops = backend.elementwise();
    ops.multiply(a, b, y.slice(0, n));
    ops.relu(a, INF, y.slice(n, 2 * n));
    ops.relu(a, 0.75f, y.slice(2 * n, 3 * n));
    ops.reluBackward(a, 0.75f, b, y.slice(3 * n, 4 * n));
    ops.addRelu(a, b, 2f, y.slice(4 * n, 5 * n));
    return backend.memory().toArray(y);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 17, 255, 257, 1000})
  void theSameAsOnTheCpu(int n) {
    float[] expected = onCpu((backend, scope) -> exact(backend, scope, n));
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(expected, run(cuda, (backend, scope) -> exact(backend, scope, n)));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 300})
  void linearIsWithinTwoRoundings(int n) {
    float[] a = KernelData.signed(n, 3);
    float[] b = KernelData.signed(n, 4);
    for (CudaBackend cuda : backends()) {
      float[] y =
          run(
              cuda,
              (backend, scope) -> {
                Tensor y0 = scope.of(a, n);
                backend.elementwise().linear(1.5f, y0, -0.3f, scope.of(b, n), y0);
                return backend.memory().toArray(y0);
              });
      for (int i = 0; i < n; i++) {
        double scale = Math.abs(1.5 * a[i]) + Math.abs(0.3f * (double) b[i]);
        assertEquals(1.5 * a[i] - 0.3f * (double) b[i], y[i], Math.scalb(scale, -23));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {40})
  void betaOfZeroDoesNotReadB(int n) {
    float[] a = KernelData.signed(n, 5);
    float[] nan = new float[n];
    Arrays.fill(nan, Float.NaN);
    for (CudaBackend cuda : backends()) {
      float[] y =
          run(
              cuda,
              (backend, scope) -> {
                Tensor result = scope.f32(n);
                backend.elementwise().linear(2f, scope.of(a, n), 0f, scope.of(nan, n), result);
                return backend.memory().toArray(result);
              });
      for (int i = 0; i < n; i++) {
        assertEquals(2 * a[i], y[i]);
      }
    }
  }
}
