package org.intraq.cuda.kernel.conv2d;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda.Tile;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Launches {@code FusedConv2dCuda.cu}: a convolution and the affine map, residual sum and rectifier
 * behind it in one pass over memory; exact f32.
 */
public final class FusedConv2dCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public FusedConv2dCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /**
   * z = x convolved with w; y = min(max(z * scale + shift + residual, floor), cap).
   *
   * @param residual 0 where nothing is added
   * @param floor 0; or -infinity, together with a cap of +infinity, where nothing is rectified
   * @param z 0 where nobody needs it
   * @param y may be residual
   */
  public void forward(
      Conv2dShape s,
      long x,
      long w,
      long scale,
      long shift,
      long residual,
      float floor,
      float cap,
      long z,
      long y) {
    int m = s.n() * s.outH() * s.outW();
    Tile tile = Tile.of(false, m, s.ocPerGroup(), s.groups());
    gpu.module(FusedConv2dCuda.class)
        .launch("fused_" + tile.suffix)
        .grid(new Extent(tile.blocks(m, s.ocPerGroup()), 1, s.groups()))
        .block(Extent.of(tile.threads))
        .struct(Conv2dCuda.geometry(s))
        .pointer(x)
        .pointer(w)
        .pointer(scale)
        .pointer(shift)
        .pointer(residual)
        .real(floor)
        .real(cap)
        .pointer(z)
        .pointer(y)
        .run();
  }
}
