package org.intraq.cuda.kernel.gemm;

/** Names {@code TensorGemmCuda.cu}, whose kernels {@link GemmCuda} launches for TF32 and bf16. */
final class TensorGemmCuda {
  private TensorGemmCuda() {}
}
