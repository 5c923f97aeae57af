package org.intraq.cuda.kernel.batchnorm;

import static org.intraq.tensor.testing.KernelData.EPS;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.FusedOps;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AffineReluCudaTest extends ParityTesting {
  private static final float CAP = 1.5f;
  private static final float[] NONE = {};

  /** What an operation may leave out. */
  private record Parts(boolean residual, boolean moments, boolean gradient, boolean center) {}

  /** z, r, dy [m, c] and scale, shift, c0, c1 [c]. */
  private static float[][] inputs(int m, int c) {
    float[][] v = new float[7][];
    for (int k = 0; k < 7; k++) {
      v[k] = KernelData.signed(k < 3 ? m * c : c, 10 + k);
    }
    return v;
  }

  private static float[] forward(
      Backend backend, Scope scope, float[][] v, int shift, int m, int c, boolean residual) {
    Tensor z = window(scope, v[0], shift, m, c);
    Tensor scale = scope.of(v[3], c);
    Tensor offset = scope.of(v[4], c);
    if (residual) {
      Tensor r = window(scope, v[1], shift, m, c);
      backend.fused().affineAddRelu(z, scale, offset, r, CAP, r);
      return backend.memory().toArray(r);
    }
    backend.fused().affineRelu(z, scale, offset, CAP, z);
    return backend.memory().toArray(z);
  }

  /** dz, dr, dScale, dShift; what is not asked for stays 0. */
  private static float[] backward(
      Backend backend, Scope scope, float[][] v, float[] out, int shift, int c, Parts p, int sums) {
    int m = c == 0 ? 0 : out.length / c;
    Tensor z = window(scope, v[0], shift, m, c);
    Tensor y = window(scope, out, shift, m, c);
    Tensor dy = window(scope, v[2], shift, m, c);
    Tensor scale = scope.of(v[3], c);
    Tensor c0 = p.moments ? scope.of(v[5], c) : null;
    Tensor c1 = p.moments ? scope.of(v[6], c) : null;
    Tensor result = scope.zeros(Shape.of(2 * m * c + 2 * c));
    Tensor dz = p.gradient ? result.slice(0, m * c).reshape(m, c) : null;
    Tensor dr = p.residual ? result.slice(m * c, 2 * m * c).reshape(m, c) : null;
    Tensor rest = result.slice(2 * m * c, 2 * m * c + 2 * c);
    FusedOps ops = backend.fused();
    if (sums == 0) {
      ops.affineReluBackward(dy, y, CAP, p.moments ? z : null, scale, c0, c1, dz, dr);
    } else {
      ops.affineReluBackwardWithSums(
          dy,
          y,
          CAP,
          z,
          p.center ? scope.of(v[4], c) : null,
          p.gradient ? scale : null,
          p.gradient ? c0 : null,
          p.gradient ? c1 : null,
          dz,
          dr,
          rest.slice(0, c),
          rest.slice(c, 2 * c));
    }
    return backend.memory().toArray(result);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1",
    "7, 3",
    "9, 8",
    "130, 12",
    "40, 260",
    "700, 5",
    "300, 96",
    "600, 252",
    "0, 4",
    "5, 0"
  })
  void blocksAreWithinTheBound(int m, int c) {
    float[][] v = inputs(m, c);
    for (boolean residual : new boolean[] {false, true}) {
      float[] expected = onCpu((backend, scope) -> forward(backend, scope, v, 0, m, c, residual));
      for (CudaBackend cuda : backends()) {
        for (int shift : new int[] {0, 1}) {
          float[] y =
              run(cuda, (backend, scope) -> forward(backend, scope, v, shift, m, c, residual));
          for (int i = 0; i < y.length; i++) {
            int j = i % c;
            double terms = Math.abs(v[0][i] * v[3][j]) + Math.abs(v[4][j]) + Math.abs(v[1][i]);
            assertEquals(expected[i], y[i], EPS * terms, "y " + i);
          }
        }
      }
      for (boolean moments : new boolean[] {false, true}) {
        for (boolean gradient : new boolean[] {false, true}) {
          check(v, expected, c, new Parts(residual, moments, gradient, moments));
        }
      }
    }
  }

  private void check(float[][] v, float[] out, int c, Parts p) {
    for (int sums = p.gradient ? 0 : 1; sums < 2; sums++) {
      int with = sums;
      float[] e = onCpu((backend, scope) -> backward(backend, scope, v, out, 0, c, p, with));
      for (CudaBackend cuda : backends()) {
        for (int shift : new int[] {0, 1}) {
          float[] y =
              run(cuda, (backend, scope) -> backward(backend, scope, v, out, shift, c, p, with));
          compare(v, out.length, c, p, e, y);
          assertArrayEquals(
              y,
              run(cuda, (backend, scope) -> backward(backend, scope, v, out, shift, c, p, with)));
        }
      }
    }
  }

  private static void compare(float[][] v, int n, int c, Parts p, float[] e, float[] y) {
    float[] products = new float[c];
    float[] sums = new float[c];
    for (int i = 0; i < n; i++) {
      int j = i % c;
      double moments = p.moments ? Math.abs(v[5][j]) + Math.abs(v[6][j] * v[0][i]) : 0;
      assertEquals(e[i], y[i], EPS * (Math.abs(v[2][i] * v[3][j]) + moments), "dz " + i);
      products[j] += Math.abs(v[2][i]) * (Math.abs(v[0][i]) + Math.abs(v[4][j]));
      sums[j] += Math.abs(v[2][i]);
    }
    assertArrayEquals(part(e, n, 2 * n), part(y, n, 2 * n), "dr");
    for (int j = 0; j < c; j++) {
      // Eight in float, what goes into them, and the result.
      assertEquals(e[2 * n + j], y[2 * n + j], 12 * EPS * products[j], "dScale " + j);
      assertEquals(e[2 * n + c + j], y[2 * n + c + j], 12 * EPS * sums[j], "dShift " + j);
    }
  }

  private static float[] part(float[] values, int from, int to) {
    return to > from ? Arrays.copyOfRange(values, from, to) : NONE;
  }
}
