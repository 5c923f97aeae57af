package org.intraq.cuda.kernel.conv2d;

import java.util.function.LongConsumer;
import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.cuda.launch.MathMode;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Launches {@code Conv2dCuda.cu}: convolution and its adjoints by implicit matrix products, NHWC.
 */
public final class Conv2dCuda {
  /** Blocks that fill the largest device once. */
  private static final int ENOUGH_BLOCKS = 264;

  /** Blocks over which the sum of a weight gradient is spread. */
  private static final int SPREAD_BLOCKS = 1056;

  /** Pixels that a slice of such a sum has at least, and most slices. */
  private static final int SLICE_PIXELS = 256;

  private static final int MOST_SLICES = 256;

  /**
   * The gradient of images is exact in every mode: a term of it is a pixel's, not one of many that
   * a later layer averages. No layer behind the first reads so few channels.
   */
  private static final int IMAGE_CHANNELS = 4;

  private final Gpu gpu;
  private final MathMode math;
  private final Tile forced;
  private final ImageGradientCuda images;
  private final WarpgroupConv2dCuda warpgroup;

  /** Kernels of a device, on CUDA cores or tensor cores. */
  public Conv2dCuda(Gpu gpu, MathMode math) {
    this(gpu, math, null);
  }

  /** As above with one tile for every shape, or null; for tests and measurements. */
  Conv2dCuda(Gpu gpu, MathMode math, Tile forced) {
    this.gpu = gpu;
    this.math = math;
    this.forced = forced;
    this.images = new ImageGradientCuda(gpu);
    this.warpgroup = new WarpgroupConv2dCuda(gpu, math);
  }

  private Tile tile(int m, int n, int times) {
    return forced != null ? forced : Tile.of(math != MathMode.F32, m, n, times);
  }

  /** Tile of a product: rows and columns of results, threads. */
  enum Tile {
    OF_128(128, 128, 256),
    OF_64(64, 64, 64),
    OF_64_SPREAD(128, 64, 256),
    OF_32(128, 32, 128),
    OF_16(128, 16, 64),
    TENSOR_128(128, 128, 256),
    TENSOR_64(128, 64, 128),
    TENSOR_32(128, 32, 128);

    final int rows;
    final int columns;
    final int threads;
    final String suffix;

    Tile(int rows, int columns, int threads) {
      this.rows = rows;
      this.columns = columns;
      this.threads = threads;
      this.suffix = columns + (name().endsWith("SPREAD") ? "_spread" : "");
    }

    /** The tile for [m, n] results, {@code times} over. */
    static Tile of(boolean tensor, int m, int n, int times) {
      if (tensor) {
        return tensor(m, n, times);
      }
      if (n <= 16) {
        return OF_16;
      }
      if (n <= 32) {
        return OF_32;
      }
      if (n <= 64 && OF_64_SPREAD.blocks(m, n) * (long) times < ENOUGH_BLOCKS) {
        return OF_64_SPREAD;
      }
      return small(m, n, times) ? OF_64 : OF_128;
    }

    private static Tile tensor(int m, int n, int times) {
      return n <= 32 ? TENSOR_32 : small(m, n, times) ? TENSOR_64 : TENSOR_128;
    }

    /** Whether large tiles would leave the device or themselves too empty. */
    private static boolean small(int m, int n, int times) {
      return (long) OF_128.blocks(m, n) * times < ENOUGH_BLOCKS
          || Math.ceilDiv(n, 64) % 2 == 1 && n < 256;
    }

    /** Whether it is one of the tensor cores'. */
    boolean tensor() {
      return this == TENSOR_128 || this == TENSOR_64 || this == TENSOR_32;
    }

    int blocks(int m, int n) {
      return Math.ceilDiv(m, rows) * Math.ceilDiv(n, columns);
    }
  }

  /** y = x convolved with w. */
  public void forward(Conv2dShape s, long x, long w, long y) {
    if (forced == null && warpgroup.suitsForward(s, x, y)) {
      warpgroup.forward(s, x, w, y);
      return;
    }
    int m = s.n() * s.outH() * s.outW();
    Tile tile = tile(m, s.ocPerGroup(), s.groups());
    launch("forward_", tile, s, new Extent(tile.blocks(m, s.ocPerGroup()), 1, s.groups()))
        .pointer(x)
        .pointer(w)
        .pointer(y)
        .run();
  }

  /** dx = the adjoint of {@link #forward} in x, applied to dy. */
  public void backwardInput(Conv2dShape s, long dy, long w, long dx) {
    if (forced == null && ImageGradientCuda.suits(s, dy)) {
      images.backwardInput(s, dy, w, dx);
      return;
    }
    if (forced == null && warpgroup.suitsBackward(s, dy, dx)) {
      warpgroup.backwardInput(s, dy, w, dx);
      return;
    }
    int phases = s.strideH() * s.strideW();
    int m = s.n() * Math.ceilDiv(s.h(), s.strideH()) * Math.ceilDiv(s.w(), s.strideW());
    boolean exact = forced == null && s.groups() == 1 && s.ic() <= IMAGE_CHANNELS;
    int times = s.groups() * phases;
    Tile tile = exact ? Tile.of(false, m, s.icPerGroup(), times) : tile(m, s.icPerGroup(), times);
    Extent grid = new Extent(tile.blocks(m, s.icPerGroup()), 1, times);
    launch("backward_input_", tile, s, grid).pointer(dy).pointer(w).pointer(dx).run();
  }

  /** dw = beta * dw + the adjoint of {@link #forward} in w; beta = 0 does not read dw. */
  public void backwardWeights(Conv2dShape s, long x, long dy, float beta, long dw) {
    int m = s.kh() * s.kw() * s.icPerGroup();
    int pixels = s.n() * s.outH() * s.outW();
    // Blocks come from slices here, so only the shape of the result counts.
    Tile tile = tile(m, s.ocPerGroup(), ENOUGH_BLOCKS);
    int blocks = tile.blocks(m, s.ocPerGroup()) * s.groups();
    int wanted = Math.clamp(SPREAD_BLOCKS / blocks, 1, MOST_SLICES);
    int slice = Math.max(SLICE_PIXELS, 16 * Math.ceilDiv(Math.ceilDiv(pixels, wanted), 16));
    int slices = Math.max(1, Math.ceilDiv(pixels, slice));
    Extent grid = new Extent(tile.blocks(m, s.ocPerGroup()), slices, s.groups());
    LongConsumer sum =
        parts ->
            launch("backward_weights_", tile, s, grid)
                .integer(slice)
                .pointer(x)
                .pointer(dy)
                .pointer(parts)
                .run();
    if (slices == 1 && beta == 0) {
      sum.accept(dw);
      return;
    }
    gpu.pool()
        .borrow(
            4L * slices * s.weightSize(),
            parts -> {
              sum.accept(parts);
              gpu.module(Conv2dCuda.class)
                  .launch("weights_finish")
                  .grid(Geometry.strided(s.weightSize()))
                  .integer(s.weightSize())
                  .integer(slices)
                  .pointer(parts)
                  .real(beta)
                  .pointer(dw)
                  .run();
            });
  }

  /** y[.., c] = x[.., c] + bias[c] over n elements; y may be x. */
  public void addBias(int n, int channels, long x, long bias, long y) {
    gpu.module(Conv2dCuda.class)
        .launch("add_bias")
        .grid(Geometry.strided(n))
        .integer(n)
        .integer(channels)
        .pointer(x)
        .pointer(bias)
        .pointer(y)
        .run();
  }

  /** The fields of the kernels' {@code Geometry}. */
  public static int[] geometry(Conv2dShape s) {
    return new int[] {
      s.n(),
      s.h(),
      s.w(),
      s.ic(),
      s.oc(),
      s.kh(),
      s.kw(),
      s.strideH(),
      s.strideW(),
      s.padTop(),
      s.padLeft(),
      s.dilationH(),
      s.dilationW(),
      s.groups(),
      s.outH(),
      s.outW()
    };
  }

  private Launch launch(String kernel, Tile tile, Conv2dShape s, Extent grid) {
    boolean tensor = tile.tensor();
    return gpu.module(tensor ? TensorConv2dCuda.class : Conv2dCuda.class)
        .launch((tensor ? math.prefix() + "_" : "") + kernel + tile.suffix)
        .grid(grid)
        .block(Extent.of(tile.threads))
        .struct(geometry(s));
  }
}
