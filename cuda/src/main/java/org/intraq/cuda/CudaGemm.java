package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.GemmOps;

/** Matrix products on a GPU. */
final class CudaGemm implements GemmOps {
  private final CudaContext context;

  CudaGemm(CudaContext context) {
    this.context = context;
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
    throw context.unwritten("gemm");
  }
}
