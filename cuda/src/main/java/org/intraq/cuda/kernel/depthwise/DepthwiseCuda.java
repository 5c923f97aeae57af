package org.intraq.cuda.kernel.depthwise;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Depthwise convolution and its adjoints, NHWC: launches {@code DepthwiseCuda.cu}, or hands 3 x 3
 * windows on to {@link DepthwiseThreeCuda}.
 */
public final class DepthwiseCuda {
  private static final int BLOCK = 128;
  private static final int LANES = 32;
  private static final int WARPS = 8;

  /** Blocks over which the sum of a weight gradient is spread, and most slices. */
  private static final int SPREAD_BLOCKS = 2112;

  private static final int MOST_SLICES = 512;

  /** Weights that a block of {@code weights_finish} makes, and rows of its threads. */
  private static final int FINISHED = 32;

  private final Gpu gpu;
  private final DepthwiseThreeCuda three;

  /** Kernels of a device. */
  public DepthwiseCuda(Gpu gpu) {
    this.gpu = gpu;
    this.three = new DepthwiseThreeCuda(gpu);
  }

  /** y from x and w. */
  public void forward(Conv2dShape s, long x, long w, long y) {
    if (DepthwiseThreeCuda.takes(s)) {
      three.forward(s, x, w, y);
      return;
    }
    flat("any_forward", s.n() * s.outH() * s.outW(), s, wide(s, 4, x, w, y))
        .pointer(x)
        .pointer(w)
        .pointer(y)
        .run();
  }

  /** dx from dy and w. */
  public void backwardInput(Conv2dShape s, long dy, long w, long dx) {
    if (DepthwiseThreeCuda.takes(s)) {
      three.backwardInput(s, dy, w, dx);
      return;
    }
    flat("any_backward_input", s.n() * s.h() * s.w(), s, wide(s, 4, dy, w, dx))
        .pointer(dy)
        .pointer(w)
        .pointer(dx)
        .run();
  }

  /** dw = beta * dw + the sums over all pixels; beta = 0 does not read dw. */
  public void backwardWeights(Conv2dShape s, long x, long dy, float beta, long dw) {
    if (DepthwiseThreeCuda.takes(s)) {
      three.backwardWeights(s, x, dy, beta, dw);
      return;
    }
    int tiles = Math.ceilDiv(s.ic(), LANES);
    int lines = s.n() * s.outH();
    int wanted = Math.clamp(SPREAD_BLOCKS / tiles, 1, MOST_SLICES);
    int slice = Math.max(WARPS, Math.ceilDiv(lines, wanted));
    int slices = Math.max(1, Math.ceilDiv(lines, slice));
    gpu.pool()
        .borrow(
            (long) Double.BYTES * slices * s.weightSize(),
            parts -> {
              launch(gpu, "any_weights", new Extent(tiles, slices, s.kh() * s.kw()))
                  .block(Extent.of(LANES, WARPS))
                  .struct(Conv2dCuda.geometry(s))
                  .integer(slice)
                  .pointer(x)
                  .pointer(dy)
                  .pointer(parts)
                  .run();
              finish(gpu, s.weightSize(), slices, parts, beta, dw);
            });
  }

  /** dw = beta * dw + the sums over slices of parts [slices, n]. */
  static void finish(Gpu gpu, int n, int slices, long parts, float beta, long dw) {
    launch(gpu, "weights_finish", Extent.of(Math.ceilDiv(n, FINISHED)))
        .block(Extent.of(FINISHED, FINISHED))
        .integer(n)
        .integer(slices)
        .pointer(parts)
        .real(beta)
        .pointer(dw)
        .run();
  }

  /** Whether vectors of {@code vector} channels divide the channels and are aligned. */
  static boolean wide(Conv2dShape s, int vector, long... addresses) {
    long low = (long) s.ic() * Float.BYTES;
    for (long address : addresses) {
      low |= address;
    }
    return low % ((long) vector * Float.BYTES) == 0;
  }

  private Launch flat(String kernel, int pixels, Conv2dShape s, boolean vector) {
    int threads = pixels * (vector ? s.ic() / 4 : s.ic());
    return launch(gpu, kernel + (vector ? "_vector" : ""), Geometry.flat(threads, BLOCK))
        .block(Extent.of(BLOCK))
        .struct(Conv2dCuda.geometry(s));
  }

  private static Launch launch(Gpu gpu, String kernel, Extent grid) {
    return gpu.module(DepthwiseCuda.class).launch(kernel).grid(grid);
  }
}
