package org.intraq.cuda.kernel.depthwise;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Launches {@code DepthwiseThreeCuda.cu}: 3 x 3 windows of stride 1 or 2. */
final class DepthwiseThreeCuda {
  private static final int BLOCK = 128;
  private static final int LANES = 32;

  /**
   * Most rows of a walk. With stride 2 short walks, whose blocks lie close together, are faster.
   */
  private static final int MOST_ROWS = 56;

  private static final int MOST_ROWS_STRIDE2 = 14;
  private static final int MOST_ROWS_INPUT2 = 7;

  /** Most products that one thread of a weight gradient adds in single precision. */
  private static final int MOST_TERMS = 512;

  /** One instance of a kernel: vectors of channels, columns of a walk, blocks at a time. */
  private record Variant(String kernel, int vector, int width, int resident) {
    int strips(int columns) {
      return Math.ceilDiv(columns, width);
    }
  }

  private static final Variant STRIDE1_WIDE = new Variant("stride1_w7_v2", 2, 7, 4);
  private static final Variant STRIDE1 = new Variant("stride1_w4_v2", 2, 4, 5);
  private static final Variant STRIDE1_ANY = new Variant("stride1_w4_v1", 1, 4, 5);
  private static final Variant STRIDE2 = new Variant("stride2_v4", 4, 1, 5);
  private static final Variant STRIDE2_ANY = new Variant("stride2_v1", 1, 2, 5);
  private static final Variant INPUT2 = new Variant("input2_v4", 4, 1, 6);
  private static final Variant INPUT2_ANY = new Variant("input2_v1", 1, 2, 6);
  private static final Variant WEIGHTS1_WIDE = new Variant("weights1_w7_v2", 2, 7, 4);
  private static final Variant WEIGHTS1 = new Variant("weights1_w4_v2", 2, 4, 4);
  private static final Variant WEIGHTS1_ANY = new Variant("weights1_w4_v1", 1, 4, 4);
  private static final Variant WEIGHTS2 = new Variant("weights2_v4", 4, 2, 4);
  private static final Variant WEIGHTS2_ANY = new Variant("weights2_v1", 1, 2, 4);

  private final Gpu gpu;

  DepthwiseThreeCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Whether the kernels can do it. */
  static boolean takes(Conv2dShape s) {
    boolean three = s.kh() == 3 && s.kw() == 3 && s.dilationH() == 1 && s.dilationW() == 1;
    return three && s.strideH() == s.strideW() && s.strideH() <= 2;
  }

  void forward(Conv2dShape s, long x, long w, long y) {
    if (s.strideH() == 1) {
      correlate(s, Conv2dCuda.geometry(s), false, x, w, y);
      return;
    }
    Variant v = DepthwiseCuda.wide(s, 4, x, w, y) ? STRIDE2 : STRIDE2_ANY;
    walk(v, MOST_ROWS_STRIDE2, 1, Conv2dCuda.geometry(s), s.outH(), s.outW())
        .pointer(x)
        .pointer(w)
        .pointer(y)
        .run();
  }

  void backwardInput(Conv2dShape s, long dy, long w, long dx) {
    if (s.strideH() == 1) {
      correlate(s, turned(s), true, dy, w, dx);
      return;
    }
    Variant v = DepthwiseCuda.wide(s, 4, dy, w, dx) ? INPUT2 : INPUT2_ANY;
    int pairsDown = pairs(s.padTop(), s.h());
    int pairsAcross = pairs(s.padLeft(), s.w());
    walk(v, MOST_ROWS_INPUT2, 1, Conv2dCuda.geometry(s), pairsDown, pairsAcross)
        .pointer(dy)
        .pointer(w)
        .pointer(dx)
        .run();
  }

  void backwardWeights(Conv2dShape s, long x, long dy, float beta, long dw) {
    Variant v = weightsVariant(s, x, dy);
    int strips = v.strips(s.outW());
    int channelTiles = Math.ceilDiv(s.ic(), LANES);
    int together = BLOCK * v.vector / LANES;
    Walks walks =
        Walks.choose(
            s.outH(),
            MOST_ROWS,
            s.strideH() == 1 ? 2 : 1,
            v.resident,
            tiles -> Math.ceilDiv(s.n() * tiles * strips, together) * channelTiles);
    boolean stay = (long) walks.rows() * v.width * walks.waves() <= MOST_TERMS;
    int turns = stay ? Math.max(1, walks.waves()) : 1;
    int all = s.n() * walks.tiles(s.outH()) * strips;
    int slices = Math.max(1, Math.ceilDiv(all, together * turns));
    gpu.pool()
        .borrow(
            (long) Double.BYTES * slices * s.weightSize(),
            parts -> {
              launch(v, slices * channelTiles)
                  .struct(Conv2dCuda.geometry(s))
                  .integer(walks.rows())
                  .integer(turns)
                  .pointer(x)
                  .pointer(dy)
                  .pointer(parts)
                  .run();
              DepthwiseCuda.finish(gpu, s.weightSize(), slices, parts, beta, dw);
            });
  }

  /** Walks of 7 columns where they waste no more than those of 4. */
  private static boolean sevens(int columns) {
    return STRIDE1_WIDE.strips(columns) * STRIDE1_WIDE.width
        <= STRIDE1.strips(columns) * STRIDE1.width;
  }

  private static Variant weightsVariant(Conv2dShape s, long x, long dy) {
    if (s.strideH() == 2) {
      return DepthwiseCuda.wide(s, 4, x, dy) ? WEIGHTS2 : WEIGHTS2_ANY;
    }
    if (!DepthwiseCuda.wide(s, 2, x, dy)) {
      return WEIGHTS1_ANY;
    }
    return sevens(s.outW()) ? WEIGHTS1_WIDE : WEIGHTS1;
  }

  /** Pairs of rows or columns, counted from the padding's first, with a member in the image. */
  private static int pairs(int pad, int extent) {
    return (pad + extent - 1) / 2 - pad / 2 + 1;
  }

  private void correlate(Conv2dShape s, int[] geometry, boolean turned, long x, long w, long y) {
    int height = geometry[14];
    int width = geometry[15];
    Variant v = sevens(width) ? STRIDE1_WIDE : STRIDE1;
    if (!DepthwiseCuda.wide(s, 2, x, w, y)) {
      v = STRIDE1_ANY;
    }
    walk(v, MOST_ROWS, 2, geometry, height, width)
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

  private Launch walk(Variant v, int mostRows, int halo, int[] geometry, int height, int width) {
    int perTile = geometry[0] * v.strips(width) * (geometry[3] / v.vector);
    Walks walks =
        Walks.choose(
            height, mostRows, halo, v.resident, tiles -> Math.ceilDiv(perTile * tiles, BLOCK));
    int blocks = Math.ceilDiv(perTile * walks.tiles(height), BLOCK);
    return launch(v, blocks).struct(geometry).integer(walks.rows());
  }

  private Launch launch(Variant v, int blocks) {
    return gpu.module(DepthwiseThreeCuda.class)
        .launch(v.kernel)
        .grid(Extent.of(blocks))
        .block(Extent.of(BLOCK));
  }
}
