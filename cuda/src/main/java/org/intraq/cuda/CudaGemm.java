package org.intraq.cuda;

import org.intraq.cuda.kernel.gemm.GemmCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.GemmOps;

/** Matrix products on a GPU; matrices are dense, of two dimensions. */
final class CudaGemm implements GemmOps {
  private static final String OP = "gemm";

  private final Checks checks;
  private final GemmCuda kernel;

  CudaGemm(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new GemmCuda(context.gpu(), context.math());
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
    long as = checks.floats(OP, "A", a);
    long bs = checks.floats(OP, "B", b);
    long cs = checks.floats(OP, "C", c);
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
    kernel.gemm(transposeA, transposeB, m, n, k, alpha, as, bs, beta, cs);
  }

  private static String flag(boolean transposed) {
    return transposed ? " transposed" : "";
  }
}
