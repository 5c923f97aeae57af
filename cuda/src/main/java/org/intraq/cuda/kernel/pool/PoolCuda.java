package org.intraq.cuda.kernel.pool;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.ChannelGrid;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * Launches {@code PoolCuda.cu}: pooling, global pooling, subsampling and their gradients; formulas
 * in {@link org.intraq.tensor.backend.PoolingOps}.
 */
public final class PoolCuda {
  private static final int VECTOR = 4;

  private final Gpu gpu;

  /** The geometry of {@code subsample}: x [N, H, W, C], y [N, OH, OW, C2]. */
  public record Shortcut(
      int n, int h, int w, int c, int oh, int ow, int c2, int stride, int before) {}

  /** Kernels of a device. */
  public PoolCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Maxima and the flat index of each. */
  public void max(Pool2dShape s, long x, long y, long argmax) {
    pool("max_pool", s, s.outH() * s.outW(), x, y, argmax)
        .pointer(x)
        .pointer(y)
        .pointer(argmax)
        .run();
  }

  /** The gradient of {@link #max}. */
  public void maxBackward(Pool2dShape s, long dy, long argmax, long dx) {
    pool("max_pool_backward", s, s.h() * s.w(), dy, argmax, dx)
        .pointer(dy)
        .pointer(argmax)
        .pointer(dx)
        .run();
  }

  /** Means. */
  public void average(Pool2dShape s, boolean countPadding, long x, long y) {
    pool("average_pool", s, s.outH() * s.outW(), x, y)
        .integer(countPadding ? 1 : 0)
        .pointer(x)
        .pointer(y)
        .run();
  }

  /** The adjoint of {@link #average}. */
  public void averageBackward(Pool2dShape s, boolean countPadding, long dy, long dx) {
    pool("average_pool_backward", s, s.h() * s.w(), dy, dx)
        .integer(countPadding ? 1 : 0)
        .pointer(dy)
        .pointer(dx)
        .run();
  }

  /** y [N, C] = means of x [N, plane, C]. */
  public void global(int n, int plane, int c, long x, long y) {
    ChannelGrid grid = ChannelGrid.of(plane, c, x, y);
    launch("global_average")
        .grid(Extent.of(grid.tiles(), Math.min(n, Geometry.MOST_YZ)))
        .block(grid.block())
        .integer(grid.wide())
        .integer(n)
        .integer(plane)
        .integer(c)
        .pointer(x)
        .pointer(y)
        .run();
  }

  /** dx [N, plane, C] = dy [N, C] / plane. */
  public void globalBackward(int n, int plane, int c, long dy, long dx) {
    places("global_average_backward", n * plane, c, c, dy, dx)
        .integer(n)
        .integer(plane)
        .integer(c)
        .pointer(dy)
        .pointer(dx)
        .run();
  }

  /** Every stride-th sample, zero channels around. */
  public void subsample(Shortcut s, long x, long y) {
    shortcut("subsample", s, s.n * s.oh * s.ow, s.c2, x, y).pointer(x).pointer(y).run();
  }

  /** The adjoint of {@link #subsample}. */
  public void subsampleBackward(Shortcut s, long dy, long dx) {
    shortcut("subsample_backward", s, s.n * s.h * s.w, s.c, dy, dx).pointer(dy).pointer(dx).run();
  }

  private Launch pool(String kernel, Pool2dShape s, int plane, long... addresses) {
    return places(kernel, s.n() * plane, s.c(), s.c(), addresses).struct(geometry(s));
  }

  /** The fields of the kernels' pooling geometry. */
  public static int[] geometry(Pool2dShape s) {
    return new int[] {
      s.n(),
      s.h(),
      s.w(),
      s.c(),
      s.kh(),
      s.kw(),
      s.strideH(),
      s.strideW(),
      s.padTop(),
      s.padLeft(),
      s.outH(),
      s.outW()
    };
  }

  private Launch shortcut(String kernel, Shortcut s, int pixels, int channels, long... addresses) {
    int alignment = s.c | s.c2 | s.before;
    return places(kernel, pixels, channels, alignment, addresses)
        .struct(s.n, s.h, s.w, s.c, s.oh, s.ow, s.c2, s.stride, s.before);
  }

  /** Four channels a thread where {@code alignment} and all addresses allow it. */
  private Launch places(String kernel, int pixels, int c, int alignment, long... addresses) {
    boolean wide = alignment % VECTOR == 0 && Geometry.wide(addresses);
    return launch(kernel)
        .grid(Geometry.strided(pixels * (wide ? c / VECTOR : c)))
        .integer(wide ? 1 : 0);
  }

  private Launch launch(String kernel) {
    return gpu.module(PoolCuda.class).launch(kernel);
  }
}
