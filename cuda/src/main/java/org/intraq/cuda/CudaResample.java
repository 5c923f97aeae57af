package org.intraq.cuda;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ResampleOps;

/** Crop, resize and flip on a GPU. */
final class CudaResample implements ResampleOps {
  private final CudaContext context;

  CudaResample(CudaContext context) {
    this.context = context;
  }

  @Override
  public void cropResizeFlip(Tensor x, Tensor boxes, Tensor flip, Tensor y) {
    throw context.unwritten("cropResizeFlip");
  }

  @Override
  public void cropResizeFlipBackward(Tensor dy, Tensor boxes, Tensor flip, Tensor dx) {
    throw context.unwritten("cropResizeFlipBackward");
  }
}
