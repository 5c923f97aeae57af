package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionOps;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Convolutions on a GPU. */
final class CudaConvolution implements ConvolutionOps {
  private final CudaContext context;

  CudaConvolution(CudaContext context) {
    this.context = context;
  }

  @Override
  public void forward(Conv2dShape shape, Tensor x, Tensor w, Tensor y) {
    throw context.unwritten("forward");
  }

  @Override
  public void backwardInput(Conv2dShape shape, Tensor dy, Tensor w, Tensor dx) {
    throw context.unwritten("backwardInput");
  }

  @Override
  public void backwardWeights(Conv2dShape shape, Tensor x, Tensor dy, float beta, Tensor dw) {
    throw context.unwritten("backwardWeights");
  }

  @Override
  public void addBias(Tensor x, Tensor bias, Tensor y) {
    throw context.unwritten("addBias");
  }
}
