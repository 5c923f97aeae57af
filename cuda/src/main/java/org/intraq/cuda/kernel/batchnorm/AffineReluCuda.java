package org.intraq.cuda.kernel.batchnorm;

import org.intraq.cuda.launch.ChannelGrid;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.cuda.launch.SumGrid;

/**
 * Launches {@code AffineReluCuda.cu}: affine map, residual sum and rectifier of z [rows, C] in one
 * pass; formulas in {@link org.intraq.tensor.backend.FusedOps}. Addresses that may be 0 leave their
 * term out.
 */
public final class AffineReluCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public AffineReluCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = min(max(z * scale + shift + residual, 0), cap); residual may be 0. */
  public void forward(
      int rows, int c, long z, long scale, long shift, long residual, float cap, long y) {
    ChannelGrid.of(rows, c, z, scale, shift, residual, y)
        .map(launch("affine_relu"))
        .pointer(z)
        .pointer(scale)
        .pointer(shift)
        .pointer(residual)
        .real(cap)
        .pointer(y)
        .run();
  }

  /** dz and dResidual; c0 and c1 (with z), and dResidual, may be 0. */
  public void backward(
      int rows,
      int c,
      long dy,
      long y,
      float cap,
      long z,
      long scale,
      long c0,
      long c1,
      long dz,
      long dResidual) {
    ChannelGrid.of(rows, c, dy, y, z, scale, c0, c1, dz, dResidual)
        .map(launch("affine_relu_backward"))
        .pointer(dy)
        .pointer(y)
        .real(cap)
        .pointer(z)
        .pointer(scale)
        .pointer(c0)
        .pointer(c1)
        .pointer(dz)
        .pointer(dResidual)
        .run();
  }

  /** {@link #backward} with dScale and dShift; center and dz may be 0 as well. */
  public void backwardWithSums(
      int rows,
      int c,
      long dy,
      long y,
      float cap,
      long z,
      long center,
      long scale,
      long c0,
      long c1,
      long dz,
      long dResidual,
      long dScale,
      long dShift) {
    SumGrid grid = SumGrid.ofSeveral(rows, c, dy, y, z, center, scale, c0, c1, dz, dResidual);
    gpu.pool()
        .borrow(
            grid.partialBytes(),
            partial ->
                grid.sums(launch("affine_relu_sums"))
                    .pointer(dy)
                    .pointer(y)
                    .real(cap)
                    .pointer(z)
                    .pointer(center)
                    .pointer(scale)
                    .pointer(c0)
                    .pointer(c1)
                    .pointer(dz)
                    .pointer(dResidual)
                    .pointer(dScale)
                    .pointer(dShift)
                    .pointer(partial)
                    .run());
  }

  private Launch launch(String kernel) {
    return gpu.module(AffineReluCuda.class).launch(kernel);
  }
}
