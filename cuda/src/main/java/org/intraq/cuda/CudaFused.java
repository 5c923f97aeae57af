package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.FusedOps;

/** Fused steps of a block on a GPU. */
final class CudaFused implements FusedOps {
  private final CudaContext context;

  CudaFused(CudaContext context) {
    this.context = context;
  }

  @Override
  public void affineRelu(Tensor z, Tensor scale, Tensor shift, float cap, Tensor y) {
    throw context.unwritten("affineRelu");
  }

  @Override
  public void affineAddRelu(
      Tensor z, Tensor scale, Tensor shift, Tensor residual, float cap, Tensor y) {
    throw context.unwritten("affineAddRelu");
  }

  @Override
  public void affineReluBackward(
      Tensor dy,
      Tensor y,
      float cap,
      Tensor z,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz,
      Tensor dResidual) {
    throw context.unwritten("affineReluBackward");
  }

  @Override
  public void affineReluBackwardWithSums(
      Tensor dy,
      Tensor y,
      float cap,
      Tensor z,
      Tensor center,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz,
      Tensor dResidual,
      Tensor dScale,
      Tensor dShift) {
    throw context.unwritten("affineReluBackwardWithSums");
  }
}
