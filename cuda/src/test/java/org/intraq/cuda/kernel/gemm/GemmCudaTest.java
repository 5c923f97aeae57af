package org.intraq.cuda.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.intraq.tensor.testing.KernelData.wholes;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GemmCudaTest extends ParityTesting {
  private static final boolean[] FLAGS = {false, true};

  /** A window at an odd offset, so that nothing is aligned, or an aligned one. */
  private static Tensor place(Scope scope, boolean odd, float[] values, int rows, int columns) {
    if (!odd) {
      return scope.of(values, rows, columns);
    }
    float[] moved = nans(values.length + 3);
    System.arraycopy(values, 0, moved, 3, values.length);
    return scope.of(moved, moved.length).slice(3, moved.length).reshape(rows, columns);
  }

  private static float[] product(
      Backend backend,
      Scope scope,
      boolean odd,
      boolean ta,
      boolean tb,
      int[] size,
      float alpha,
      float[] a,
      float[] b,
      float beta,
      float[] c) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    Tensor result = place(scope, odd, c, m, n);
    Tensor left = place(scope, odd, a, ta ? k : m, ta ? m : k);
    Tensor right = place(scope, odd, b, tb ? n : k, tb ? k : n);
    backend.gemm().gemm(ta, tb, alpha, left, right, beta, result);
    return backend.memory().toArray(result);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1",
    "3, 5, 7",
    "64, 64, 8",
    "65, 63, 17",
    "0, 3, 4",
    "3, 0, 4",
    "3, 4, 0",
    "130, 20, 33"
  })
  void everyTransposeIsExactOnWholeNumbers(int m, int n, int k) {
    int[] size = {m, n, k};
    float[] a = wholes(m * k, 1);
    float[] b = wholes(k * n, 2);
    float[] c = wholes(m * n, 3);
    for (boolean ta : FLAGS) {
      for (boolean tb : FLAGS) {
        for (float beta : new float[] {0, 3}) {
          float[] old = beta == 0 ? nans(m * n) : c;
          Work work =
              (backend, scope) ->
                  product(backend, scope, ta == tb, ta, tb, size, -2, a, b, beta, old);
          float[] expected = onCpu(work);
          for (CudaBackend cuda : backends()) {
            assertArrayEquals(expected, run(cuda, work), ta + " " + tb + " " + beta);
          }
        }
      }
    }
  }

  /** 132 large tiles would be slow here; their kernels are reached by their names. */
  @Test
  void largeTilesGiveTheBitsOfSmallOnes() {
    int[] size = {133, 131, 21};
    float[] a = signed(size[0] * size[2], 4);
    float[] b = signed(size[2] * size[1], 5);
    for (CudaBackend cuda : backends()) {
      for (boolean ta : FLAGS) {
        for (boolean tb : FLAGS) {
          float[] small =
              run(
                  cuda,
                  (backend, scope) ->
                      product(
                          backend,
                          scope,
                          false,
                          ta,
                          tb,
                          size,
                          1,
                          a,
                          b,
                          0,
                          nans(size[0] * size[1])));
          float[] large = run(cuda, (backend, scope) -> large(cuda, scope, ta, tb, size, a, b));
          assertArrayEquals(small, large, ta + " " + tb);
        }
      }
    }
  }

  private static float[] large(
      CudaBackend cuda, Scope scope, boolean ta, boolean tb, int[] size, float[] a, float[] b) {
    Tensor left = scope.of(a, a.length);
    Tensor right = scope.of(b, b.length);
    Tensor c = scope.of(nans(size[0] * size[1]), size[0] * size[1]);
    new GemmCuda(cuda.gpu(), MathMode.F32)
        .launch(
            "gemm_large_" + (ta ? "t" : "n") + (tb ? "t" : "n"),
            new GemmCuda.Plan(128, 4, 1, 32),
            size[0],
            size[1],
            size[2],
            1,
            cuda.address(left),
            cuda.address(right),
            0,
            cuda.address(c));
    return cuda.memory().toArray(c);
  }

  @ParameterizedTest
  @CsvSource({"70, 66, 100", "5, 9, 1100", "33, 17, 2065"})
  void signedNumbersStayWithinTheBound(int m, int n, int k) {
    int[] size = {m, n, k};
    float[] a = signed(m * k, 6);
    float[] b = signed(k * n, 7);
    float[] c = signed(m * n, 8);
    Work work =
        (backend, scope) -> product(backend, scope, false, false, true, size, 1.7f, a, b, -1, c);
    float[] expected = onCpu(work);
    float[] scale =
        onCpu(
            (backend, scope) ->
                product(
                    backend,
                    scope,
                    false,
                    false,
                    true,
                    size,
                    1.7f,
                    absolute(a),
                    absolute(b),
                    1,
                    absolute(c)));
    for (CudaBackend cuda : backends()) {
      float[] y = run(cuda, work);
      assertWithin("gemm", expected, y, k, scale);
      assertArrayEquals(y, run(cuda, work), "a second run gives other bits");
    }
  }

  @Test
  void alphaZeroReadsNothingAndNanPropagates() {
    int[] size = {9, 20, 30};
    float[] c = wholes(180, 9);
    float[] a = wholes(270, 10);
    a[3 * 30 + 2] = Float.NaN;
    for (CudaBackend cuda : backends()) {
      assertArrayEquals(
          c,
          run(
              cuda,
              (backend, scope) ->
                  product(
                      backend, scope, false, false, false, size, 0, nans(270), nans(600), 1, c)));
      float[] y =
          run(
              cuda,
              (backend, scope) ->
                  product(backend, scope, false, false, false, size, 1, a, wholes(600, 11), 0, c));
      for (int i = 0; i < y.length; i++) {
        assertEquals(i / 20 == 3, Float.isNaN(y[i]), "element " + i);
      }
    }
  }

  @Test
  void geometryFollowsTheShape() {
    // Large tiles only where they fill the device; depth is split where even small ones do not.
    assertEquals(new GemmCuda.Plan(128, 1024, 1, 4096), GemmCuda.Plan.of(false, 4096, 4096, 4096));
    assertEquals(new GemmCuda.Plan(64, 64, 4, 128), GemmCuda.Plan.of(false, 256, 1000, 512));
    assertEquals(new GemmCuda.Plan(64, 1, 16, 128), GemmCuda.Plan.of(false, 10, 64, 2048));
    assertEquals(new GemmCuda.Plan(128, 256, 1, 2048), GemmCuda.Plan.of(false, 2048, 2048, 2048));
    assertEquals(new GemmCuda.Plan(64, 64, 1, 512), GemmCuda.Plan.of(true, 256, 1000, 512));
    assertEquals(new GemmCuda.Plan(64, 1, 1, 16), GemmCuda.Plan.of(false, 1, 1, 0));
    for (int k = 0; k < 3000; k += 7) {
      GemmCuda.Plan plan = GemmCuda.Plan.of(false, 64, 64, k);
      assertTrue(plan.slices() * plan.slice() >= k, plan::toString);
      assertTrue(k == 0 || (plan.slices() - 1) * plan.slice() < k, plan::toString);
    }
  }
}
