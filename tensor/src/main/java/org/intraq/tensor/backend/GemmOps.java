package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/** Matrix products. */
public interface GemmOps {
  /**
   * C = alpha * op(A) * op(B) + beta * C, where op transposes if the flag is set.
   *
   * <p>op(A) [M, K], op(B) [K, N], C [M, N]. With beta = 0 the old C is not read. |error| &lt;= c *
   * K * eps * sum |a||b|.
   */
  void gemm(
      boolean transposeA,
      boolean transposeB,
      float alpha,
      Tensor a,
      Tensor b,
      float beta,
      Tensor c);
}
