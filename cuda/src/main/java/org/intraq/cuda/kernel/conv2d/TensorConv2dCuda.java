package org.intraq.cuda.kernel.conv2d;

/**
 * Names {@code TensorConv2dCuda.cu}, whose kernels {@link Conv2dCuda} launches for TF32 and bf16.
 */
final class TensorConv2dCuda {
  private TensorConv2dCuda() {}
}
