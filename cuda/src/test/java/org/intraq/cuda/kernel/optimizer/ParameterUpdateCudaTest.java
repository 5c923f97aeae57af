package org.intraq.cuda.kernel.optimizer;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.OptimizerOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ParameterUpdateCudaTest extends ParityTesting {
  private static final float RATE = 0.1f;

  /** p and v (or m) and s after two steps of one kind. */
  private static float[] steps(Backend backend, Scope scope, int n, int shift, int kind) {
    Tensor p = window(scope, KernelData.signed(n, 1), shift, n);
    Tensor g = window(scope, KernelData.signed(n, 2), shift, n);
    float[] nan = KernelData.nans(n);
    Tensor v = window(scope, kind == 3 ? new float[n] : nan, shift, n);
    Tensor s = output(scope, shift, n);
    OptimizerOps ops = backend.optimizer();
    for (int step = 1; step <= 2; step++) {
      switch (kind) {
        case 0 -> ops.sgd(p, g, null, 0.5f, RATE, 0f, 1e-2f, false, step == 1);
        case 1 -> ops.sgd(p, g, v, 0.5f, RATE, 0.9f, 1e-2f, false, step == 1);
        case 2 -> ops.sgd(p, g, v, 0.5f, RATE, 0.9f, 1e-2f, true, step == 1);
        default -> ops.adam(p, g, v, s, RATE, 0.5f, 0.9f, 1e-8f, step);
      }
    }
    float[] result = Arrays.copyOf(backend.memory().toArray(p), 3 * n);
    System.arraycopy(backend.memory().toArray(v), 0, result, n, n);
    System.arraycopy(backend.memory().toArray(s), 0, result, 2 * n, n);
    return result;
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 5, 64, 1023})
  void twoStepsAreWithinTheBound(int n) {
    float[] p = KernelData.signed(n, 1);
    float[] g = KernelData.signed(n, 2);
    for (int kind = 0; kind < 4; kind++) {
      int which = kind;
      float[] e = onCpu((backend, scope) -> steps(backend, scope, n, 0, which));
      for (CudaBackend cuda : backends()) {
        for (int shift : new int[] {0, 1}) {
          float[] y = run(cuda, (backend, scope) -> steps(backend, scope, n, shift, which));
          for (int i = 0; i < 3 * n; i++) {
            // A step of Adam is about the rate long; a gradient of descent is |g| + |p| at most.
            double size = Math.abs(p[i % n]) + (kind == 3 ? 1 : Math.abs(g[i % n]));
            double scale = i < n ? size : Math.max(size, Math.abs(g[i % n] * g[i % n]));
            assertEquals(e[i], y[i], 12 * EPS * scale, "kind " + kind + ", element " + i);
          }
        }
      }
    }
  }

  @Test
  void refusesWhatTheCpuRefuses() {
    for (CudaBackend cuda : backends()) {
      run(
          cuda,
          (backend, scope) -> {
            Tensor x = scope.f32(2, 3);
            assertEquals(
                "sgd: expected v to be a tensor, got null",
                assertThrows(
                        IllegalArgumentException.class,
                        () ->
                            backend
                                .optimizer()
                                .sgd(x, scope.f32(2, 3), null, 1, RATE, 0.9f, 0, false, true))
                    .getMessage());
            return null;
          });
    }
  }
}
