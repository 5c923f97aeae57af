package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.GemmOps;
import org.intraq.tensor.kernel.gemm.Gemm;
import org.intraq.tensor.parallel.Workers;

/** Matrix products on the CPU; matrices are dense, of two dimensions. */
final class CpuGemm implements GemmOps {
  private static final String OP = "gemm";

  private final Gemm kernel;

  CpuGemm(Workers workers) {
    this.kernel = Kernels.gemm(workers);
  }

  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c) {
    float[] aArray = Checks.floats(OP, "A", a);
    float[] bArray = Checks.floats(OP, "B", b);
    float[] cArray = Checks.floats(OP, "C", c);
    Checks.rank(OP, "A", a, 2);
    Checks.rank(OP, "B", b, 2);
    int m = a.extent(transposeA ? 1 : 0);
    int k = a.extent(transposeA ? 0 : 1);
    int n = b.extent(transposeB ? 0 : 1);
    if (b.extent(transposeB ? 1 : 0) != k) {
      throw Checks.failure(
          OP,
          "op(B) with " + k + " rows, as op(A) has columns",
          "A " + a.shape() + flag(transposeA) + ", B " + b.shape() + flag(transposeB));
    }
    Checks.shape(OP, "C", c, m, n);
    Checks.apart(OP, "C", c, "A", a);
    Checks.apart(OP, "C", c, "B", b);
    kernel.gemm(
        transposeA,
        transposeB,
        m,
        n,
        k,
        alpha,
        aArray,
        a.offset(),
        a.extent(1),
        bArray,
        b.offset(),
        b.extent(1),
        beta,
        cArray,
        c.offset(),
        n);
  }

  private static String flag(boolean transposed) {
    return transposed ? " transposed" : "";
  }
}
