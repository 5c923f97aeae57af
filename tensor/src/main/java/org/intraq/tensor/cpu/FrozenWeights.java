package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.FusedConv2d;
import org.intraq.tensor.kernel.conv2d.PackedWeights;

/**
 * Weights that are packed once. Each direction is packed when it is first used: inference never
 * goes back.
 */
final class FrozenWeights implements ConvolutionWeights {
  private final FusedConv2d kernel;
  private final Conv2dShape geometry;
  private final Tensor w;
  private PackedWeights forward;
  private PackedWeights backward;

  FrozenWeights(FusedConv2d kernel, Conv2dShape geometry, Tensor w) {
    this.kernel = kernel;
    this.geometry = geometry;
    this.w = w;
  }

  @Override
  public Tensor tensor() {
    return w;
  }

  synchronized PackedWeights forward() {
    if (forward == null) {
      forward = kernel.packForward(geometry, w.floats(), w.offset());
    }
    return forward;
  }

  synchronized PackedWeights backward() {
    if (backward == null) {
      backward = kernel.packBackwardInput(geometry, w.floats(), w.offset());
    }
    return backward;
  }
}
