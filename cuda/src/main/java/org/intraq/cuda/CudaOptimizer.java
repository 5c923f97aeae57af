package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.OptimizerOps;

/** Parameter updates on a GPU. */
final class CudaOptimizer implements OptimizerOps {
  private final CudaContext context;

  CudaOptimizer(CudaContext context) {
    this.context = context;
  }

  @Override
  public void sgd(
      Tensor p,
      Tensor grad,
      Tensor v,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first) {
    throw context.unwritten("sgd");
  }

  @Override
  public void adam(
      Tensor p,
      Tensor grad,
      Tensor m,
      Tensor s,
      float lr,
      float beta1,
      float beta2,
      float eps,
      int step) {
    throw context.unwritten("adam");
  }
}
