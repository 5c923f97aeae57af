package org.intraq.cuda.kernel.depthwise;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Launches {@code DepthwiseCuda.cu}: depthwise convolution and its adjoints, NHWC. */
public final class DepthwiseCuda {
  private static final int BLOCK = 128;
  private static final int LANES = 32;
  private static final int WARPS = 8;

  /** Neighbours of a row that one thread of the 3 x 3 kernels makes. */
  private static final int STRIP = 4;

  /** Blocks over which the sum of a weight gradient is spread, and most slices. */
  private static final int SPREAD_BLOCKS = 2112;

  private static final int MOST_SLICES = 512;

  private final Gpu gpu;

  /** Kernels of a device. */
  public DepthwiseCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y from x and w. */
  public void forward(Conv2dShape s, long x, long w, long y) {
    String vector = vector(s, x, w, y);
    if (isThree(s) && s.strideH() == s.strideW() && s.strideH() <= 2) {
      three(s.strideH(), vector, Conv2dCuda.geometry(s), false, x, w, y);
    } else {
      int pixels = s.n() * s.outH() * s.outW();
      flat("any_forward" + vector, threads(pixels, s, vector), Conv2dCuda.geometry(s))
          .pointer(x)
          .pointer(w)
          .pointer(y)
          .run();
    }
  }

  /** dx from dy and w. */
  public void backwardInput(Conv2dShape s, long dy, long w, long dx) {
    String vector = vector(s, dy, w, dx);
    if (isThree(s) && s.strideH() == 1 && s.strideW() == 1) {
      three(1, vector, turned(s), true, dy, w, dx);
      return;
    }
    String kernel = s.strideH() == 2 && s.strideW() == 2 ? "stride2" : "any";
    int pixels = s.n() * s.h() * s.w();
    flat(kernel + "_backward_input" + vector, threads(pixels, s, vector), Conv2dCuda.geometry(s))
        .pointer(dy)
        .pointer(w)
        .pointer(dx)
        .run();
  }

  /** dw = beta * dw + the sums over all pixels; beta = 0 does not read dw. */
  public void backwardWeights(Conv2dShape s, long x, long dy, float beta, long dw) {
    boolean three = isThree(s) && s.strideH() == s.strideW() && s.strideH() <= 2;
    String kernel = three ? "three_weights_stride" + s.strideH() : "any_weights";
    int tiles = Math.ceilDiv(s.ic(), LANES);
    int lines = s.n() * s.outH();
    int wanted = Math.clamp(SPREAD_BLOCKS / tiles, 1, MOST_SLICES);
    int slice = Math.max(WARPS, Math.ceilDiv(lines, wanted));
    int slices = Math.max(1, Math.ceilDiv(lines, slice));
    gpu.pool()
        .borrow(
            (long) Double.BYTES * slices * s.weightSize(),
            parts -> {
              launch(kernel, new Extent(tiles, slices, three ? 1 : s.kh() * s.kw()))
                  .block(Extent.of(LANES, WARPS))
                  .struct(Conv2dCuda.geometry(s))
                  .integer(slice)
                  .pointer(x)
                  .pointer(dy)
                  .pointer(parts)
                  .run();
              launch("weights_finish", Geometry.strided(s.weightSize()))
                  .integer(s.weightSize())
                  .integer(slices)
                  .pointer(parts)
                  .real(beta)
                  .pointer(dw)
                  .run();
            });
  }

  private void three(
      int stride, String vector, int[] geometry, boolean turned, long x, long w, long y) {
    int n = geometry[0];
    int c = geometry[3];
    int lines = n * geometry[14] * Math.ceilDiv(geometry[15], STRIP);
    flat("three_stride" + stride + vector, lines * (vector.isEmpty() ? c : c / 4), geometry)
        .integer(turned ? 1 : 0)
        .pointer(x)
        .pointer(w)
        .pointer(y)
        .run();
  }

  /** The geometry of the correlation that is the adjoint in x of a 3 x 3 one of stride 1. */
  private static int[] turned(Conv2dShape s) {
    int[] g = Conv2dCuda.geometry(s);
    g[1] = s.outH();
    g[2] = s.outW();
    g[9] = 2 - s.padTop();
    g[10] = 2 - s.padLeft();
    g[14] = s.h();
    g[15] = s.w();
    return g;
  }

  private static boolean isThree(Conv2dShape s) {
    return s.kh() == 3 && s.kw() == 3 && s.dilationH() == 1 && s.dilationW() == 1;
  }

  private static String vector(Conv2dShape s, long... addresses) {
    long low = (long) s.ic() * Float.BYTES;
    for (long address : addresses) {
      low |= address;
    }
    return low % 16 == 0 ? "_vector" : "";
  }

  private static int threads(int pixels, Conv2dShape s, String vector) {
    return pixels * (vector.isEmpty() ? s.ic() : s.ic() / 4);
  }

  private Launch flat(String kernel, int threads, int[] geometry) {
    return launch(kernel, Geometry.flat(threads, BLOCK)).block(Extent.of(BLOCK)).struct(geometry);
  }

  private Launch launch(String kernel, Extent grid) {
    return gpu.module(DepthwiseCuda.class).launch(kernel).grid(grid);
  }
}
