package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** {@link FusedConvolutionOps} by a backend's separate operations, one after another. */
public final class SeparateConvolution implements FusedConvolutionOps {
  private final Backend backend;

  /** The operations of {@code backend}. */
  public SeparateConvolution(Backend backend) {
    this.backend = backend;
  }

  @Override
  public ConvolutionWeights freeze(Conv2dShape geometry, Tensor w) {
    return ConvolutionWeights.of(w);
  }

  @Override
  public void forward(
      Conv2dShape shape,
      Tensor x,
      ConvolutionWeights w,
      Tensor scale,
      Tensor shift,
      Tensor residual,
      float floor,
      float cap,
      Tensor z,
      Tensor y,
      Tensor mean,
      Tensor variance) {
    try (Scope scope = new Scope(backend, "convolution")) {
      Tensor output = z != null ? z : scope.f32(y.shape());
      backend.convolution().forward(shape, x, w.tensor(), output);
      if (mean != null) {
        backend.normalization().batchMoments(output, mean, variance);
      }
      if (floor == 0f && residual == null) {
        backend.fused().affineRelu(output, scale, shift, cap, y);
      } else if (floor == 0f) {
        backend.fused().affineAddRelu(output, scale, shift, residual, cap, y);
      } else if (residual == null) {
        backend.normalization().channelAffine(output, scale, shift, y);
      } else {
        Tensor mapped = scope.f32(y.shape());
        backend.normalization().channelAffine(output, scale, shift, mapped);
        backend.elementwise().linear(1f, mapped, 1f, residual, y);
      }
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      Tensor dy,
      ConvolutionWeights w,
      Tensor y,
      float cap,
      Tensor scale,
      Tensor shift,
      Tensor z,
      Tensor c0,
      Tensor c1,
      Tensor dResidual,
      boolean add,
      Tensor dx) {
    try (Scope scope = new Scope(backend, "convolution")) {
      Tensor dz = scale == null ? dy : scope.f32(dy.shape());
      if (y != null) {
        backend.fused().affineReluBackward(dy, y, cap, z, scale, c0, c1, dz, dResidual);
      } else if (scale != null) {
        backend.normalization().channelScale(dy, scale, dz);
        if (c0 != null) {
          Tensor moved = scope.f32(dy.shape());
          backend.normalization().channelAffine(z, c1, c0, moved);
          backend.elementwise().linear(1f, dz, 1f, moved, dz);
        }
        if (dResidual != null && dResidual.storage() != dy.storage()) {
          backend.memory().copy(dy, dResidual);
        }
      }
      Tensor adjoint = add ? scope.f32(dx.shape()) : dx;
      backend.convolution().backwardInput(shape, dz, w.tensor(), adjoint);
      if (add) {
        backend.elementwise().linear(1f, dx, 1f, adjoint, dx);
      }
    }
  }
}
