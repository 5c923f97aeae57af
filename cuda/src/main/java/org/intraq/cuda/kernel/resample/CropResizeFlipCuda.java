package org.intraq.cuda.kernel.resample;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/**
 * Launches {@code CropResizeFlipCuda.cu}; formulas in {@link
 * org.intraq.tensor.backend.ResampleOps}. The caller checks the boxes.
 */
public final class CropResizeFlipCuda {
  private final Gpu gpu;

  /** Images [n, h, w, c] and results [n, oh, ow, c]. */
  public record Images(int n, int h, int w, int c, int oh, int ow) {}

  /** Kernels of a device. */
  public CropResizeFlipCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = the transformed x. */
  public void forward(Images s, long x, long boxes, long flip, long y) {
    launch("crop_resize_flip", s, s.n * s.oh * s.ow)
        .pointer(x)
        .pointer(boxes)
        .pointer(flip)
        .pointer(y)
        .run();
  }

  /** dx = the adjoint of {@link #forward} applied to dy. */
  public void backward(Images s, long dy, long boxes, long flip, long dx) {
    launch("crop_resize_flip_backward", s, s.n * s.h * s.w)
        .pointer(dy)
        .pointer(boxes)
        .pointer(flip)
        .pointer(dx)
        .run();
  }

  private Launch launch(String kernel, Images s, int pixels) {
    return gpu.module(CropResizeFlipCuda.class)
        .launch(kernel)
        .grid(Geometry.strided(pixels))
        .struct(s.n, s.h, s.w, s.c, s.oh, s.ow);
  }
}
