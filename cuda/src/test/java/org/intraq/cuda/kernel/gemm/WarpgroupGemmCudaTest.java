package org.intraq.cuda.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.CudaTesting;
import org.intraq.cuda.build.Tools;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Products by warpgroups, on the host as a Hopper device and on a GPU that is one. */
class WarpgroupGemmCudaTest {
  private static final boolean[] FLAGS = {false, true};

  private final List<CudaBackend> backends = new ArrayList<>();

  @BeforeEach
  void open() {
    backends.addAll(CudaTesting.hopper());
  }

  @AfterEach
  void close() {
    for (CudaBackend backend : backends) {
      assertEquals(0, backend.memory().liveBytes(), "leaked bytes");
      backend.close();
    }
  }

  private static float rounded(float value, MathMode mode) {
    int bits = Float.floatToRawIntBits(value);
    return Float.intBitsToFloat(
        mode == MathMode.TF32
            ? bits + 0x1000 & 0xffffe000
            : bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
  }

  /** Edges in both directions, depths that end within a chunk and run through all stages twice. */
  @ParameterizedTest
  @EnumSource(
      value = MathMode.class,
      names = {"TF32", "BF16"})
  void sumsOfRoundedOperands(MathMode mode) {
    for (int[] size :
        List.of(new int[] {131, 259, 37}, new int[] {128, 256, 580}, new int[] {3, 2, 64})) {
      float[] a = signed(size[0] * size[2], 1);
      float[] b = signed(size[2] * size[1], 2);
      float[] c = signed(size[0] * size[1], 3);
      for (boolean ta : FLAGS) {
        for (boolean tb : FLAGS) {
          float beta = ta == tb ? 0 : 2;
          for (CudaBackend cuda : backends) {
            float[] y =
                product(cuda, mode, ta, tb, size, a, b, beta, beta == 0 ? nans(c.length) : c);
            check(mode, ta, tb, size, a, b, beta, c, y);
          }
        }
      }
    }
  }

  private static float[] product(
      CudaBackend cuda,
      MathMode mode,
      boolean ta,
      boolean tb,
      int[] size,
      float[] a,
      float[] b,
      float beta,
      float[] c) {
    try (Scope scope = new Scope(cuda, "product")) {
      Tensor result = scope.of(c, c.length);
      long as = cuda.address(scope.of(a, a.length));
      long bs = cuda.address(scope.of(b, b.length));
      new WarpgroupGemmCuda(cuda.gpu())
          .gemm(mode, ta, tb, size[0], size[1], size[2], 0.5f, as, bs, beta, cuda.address(result));
      return cuda.memory().toArray(result);
    }
  }

  private static void check(
      MathMode mode,
      boolean ta,
      boolean tb,
      int[] size,
      float[] a,
      float[] b,
      float beta,
      float[] c,
      float[] y) {
    int m = size[0];
    int n = size[1];
    int k = size[2];
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        double scale = 0;
        for (int l = 0; l < k; l++) {
          double x = rounded(a[ta ? l * m + i : i * k + l], mode);
          double product = x * rounded(b[tb ? j * k + l : l * n + j], mode);
          sum += product;
          scale += Math.abs(product);
        }
        double expected = 0.5 * sum + beta * c[i * n + j];
        double tolerance = (k + 2) * Math.ulp(1f) * (scale + Math.abs(expected));
        assertEquals(
            expected, y[i * n + j], tolerance, mode + " " + ta + " " + tb + " " + i + "," + j);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(MathMode.class)
  void largeProductsOfTensorCoresAreItsWork(MathMode mode) {
    for (CudaBackend cuda : backends) {
      WarpgroupGemmCuda kernel = new WarpgroupGemmCuda(cuda.gpu());
      assertEquals(mode != MathMode.F32, kernel.suits(mode, 1024, 1024, 1024));
      assertFalse(kernel.suits(mode, 512, 512, 512));
      assertFalse(kernel.suits(mode, 1 << 20, 64, 512));
    }
    if (Tools.has("g++")) {
      try (CudaBackend ampere = CudaTesting.host()) {
        assertFalse(new WarpgroupGemmCuda(ampere.gpu()).suits(mode, 4096, 4096, 4096));
      }
    }
  }
}
