package org.intraq.cuda.kernel.gemm;

import static org.intraq.tensor.testing.KernelData.absolute;
import static org.intraq.tensor.testing.KernelData.assertWithin;
import static org.intraq.tensor.testing.KernelData.nans;
import static org.intraq.tensor.testing.KernelData.signed;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.ParityTesting;
import org.intraq.cuda.driver.CudaException;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TensorGemmCudaTest extends ParityTesting {
  private static final boolean[] FLAGS = {false, true};

  /** The nearest number with this many bits of fraction, as the mode rounds it. */
  private static float[] rounded(float[] values, MathMode mode) {
    float[] result = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      int bits = Float.floatToRawIntBits(values[i]);
      result[i] =
          Float.intBitsToFloat(
              mode == MathMode.TF32
                  ? bits + 0x1000 & 0xffffe000
                  : bits + 0x7fff + (bits >>> 16 & 1) & 0xffff0000);
    }
    return result;
  }

  private static float[] product(
      CudaBackend cuda,
      Scope scope,
      MathMode mode,
      boolean ta,
      boolean tb,
      int[] size,
      GemmCuda.Plan plan,
      float[] a,
      float[] b,
      float beta,
      float[] c) {
    Tensor result = scope.of(c, c.length);
    long as = cuda.address(scope.of(a, a.length));
    long bs = cuda.address(scope.of(b, b.length));
    long cs = cuda.address(result);
    GemmCuda kernel = new GemmCuda(cuda.gpu(), mode);
    if (plan == null) {
      kernel.gemm(ta, tb, size[0], size[1], size[2], 0.5f, as, bs, beta, cs);
    } else {
      String name = mode.prefix() + "_large_" + (ta ? "t" : "n") + (tb ? "t" : "n");
      kernel.launch(name, plan, size[0], size[1], size[2], 0.5f, as, bs, beta, cs);
    }
    return cuda.memory().toArray(result);
  }

  private float[] reference(
      boolean ta, boolean tb, int[] size, float[] a, float[] b, float beta, float[] c) {
    return onCpu(
        (backend, scope) -> {
          Tensor result = scope.of(c, size[0], size[1]);
          backend
              .gemm()
              .gemm(
                  ta,
                  tb,
                  0.5f,
                  scope.of(a, ta ? size[2] : size[0], ta ? size[0] : size[2]),
                  scope.of(b, tb ? size[1] : size[2], tb ? size[2] : size[1]),
                  beta,
                  result);
          return backend.memory().toArray(result);
        });
  }

  /** With operands rounded beforehand the products are exact, and only sums round. */
  @ParameterizedTest
  @EnumSource(
      value = MathMode.class,
      names = {"TF32", "BF16"})
  void sumsOfRoundedOperandsAreThoseOfTheCpu(MathMode mode) {
    for (int[] size :
        List.of(new int[] {70, 67, 37}, new int[] {1, 3, 5}, new int[] {16, 8, 1024})) {
      float[] a = signed(size[0] * size[2], 1);
      float[] b = signed(size[2] * size[1], 2);
      float[] c = signed(size[0] * size[1], 3);
      float[] ra = rounded(a, mode);
      float[] rb = rounded(b, mode);
      for (boolean ta : FLAGS) {
        for (boolean tb : FLAGS) {
          float beta = ta == tb ? 0 : 2;
          float[] expected = reference(ta, tb, size, ra, rb, beta, c);
          float[] scale = reference(ta, tb, size, absolute(ra), absolute(rb), beta, absolute(c));
          for (CudaBackend cuda : backends()) {
            float[] old = beta == 0 ? nans(c.length) : c;
            float[] y =
                run(
                    cuda,
                    (backend, scope) ->
                        product(cuda, scope, mode, ta, tb, size, null, a, b, beta, old));
            assertWithin(mode + " " + ta + " " + tb, expected, y, size[2], scale);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = MathMode.class,
      names = {"TF32", "BF16"})
  void largeTilesGiveTheBitsOfSmallOnes(MathMode mode) {
    int[] size = {131, 129, 20};
    float[] a = signed(size[0] * size[2], 4);
    float[] b = signed(size[2] * size[1], 5);
    float[] c = nans(size[0] * size[1]);
    GemmCuda.Plan large = new GemmCuda.Plan(128, 4, 1, 32);
    for (CudaBackend cuda : backends()) {
      for (boolean ta : FLAGS) {
        for (boolean tb : FLAGS) {
          Work first = (be, scope) -> product(cuda, scope, mode, ta, tb, size, null, a, b, 0, c);
          Work second = (be, scope) -> product(cuda, scope, mode, ta, tb, size, large, a, b, 0, c);
          assertArrayEquals(run(cuda, first), run(cuda, second), ta + " " + tb);
        }
      }
    }
  }

  @Test
  void thePropertyChoosesAndIsChecked() {
    assertEquals(MathMode.F32, MathMode.chosen(75));
    try {
      System.setProperty(MathMode.PROPERTY, "bf16");
      assertEquals(MathMode.BF16, MathMode.chosen(80));
      Exception old = assertThrows(CudaException.class, () -> MathMode.chosen(75));
      assertTrue(old.getMessage().contains("sm_75"), old.getMessage());
      System.setProperty(MathMode.PROPERTY, "fp4");
      Exception unknown = assertThrows(IllegalArgumentException.class, () -> MathMode.chosen(80));
      assertTrue(unknown.getMessage().endsWith("f32, tf32 or bf16, got fp4"));
    } finally {
      System.clearProperty(MathMode.PROPERTY);
    }
  }
}
