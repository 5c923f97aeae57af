package org.intraq.cuda.kernel.gemm;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;

/** Launches {@code GemmCuda.cu}: C = alpha * op(A) * op(B) + beta * C on dense matrices. */
public final class GemmCuda {
  private static final int LARGE = 128;
  private static final int SMALL = 64;

  /** Large tiles that give nearly every multiprocessor of the largest device one. */
  private static final int ENOUGH_LARGE = 120;

  /** Blocks that fill the largest device: with fewer the depth is split. */
  private static final int ENOUGH_BLOCKS = 264;

  /** Depth that a slice has at least, so that a second pass over its result pays. */
  private static final int SLICE = 128;

  /** The same on tensor cores, which are through with their slice sooner. */
  private static final int TENSOR_SLICE = 512;

  private final Gpu gpu;
  private final MathMode math;
  private final WarpgroupGemmCuda warpgroup;

  /** Kernels of a device, on CUDA cores or tensor cores. */
  public GemmCuda(Gpu gpu, MathMode math) {
    this.gpu = gpu;
    this.math = math;
    this.warpgroup = new WarpgroupGemmCuda(gpu);
  }

  /** How a product is cut up; a function of its shape alone, so that its bits are too. */
  record Plan(int tile, int blocks, int slices, int slice) {
    static Plan of(boolean tensor, int m, int n, int k) {
      int tile = tiles(m, n, LARGE) >= ENOUGH_LARGE && n > SMALL && m > SMALL ? LARGE : SMALL;
      int blocks = tiles(m, n, tile);
      int slices =
          Math.clamp(
              Math.min(ENOUGH_BLOCKS / Math.max(blocks, 1), k / (tensor ? TENSOR_SLICE : SLICE)),
              1,
              64);
      int slice = Math.max(1, Math.ceilDiv(Math.ceilDiv(k, slices), 16)) * 16;
      return new Plan(tile, blocks, Math.max(1, Math.ceilDiv(k, slice)), slice);
    }

    private static int tiles(int m, int n, int tile) {
      return Math.ceilDiv(m, tile) * Math.ceilDiv(n, tile);
    }
  }

  /**
   * C [m, n] = alpha * op(A) [m, k] * op(B) [k, n] + beta * C. With beta = 0 C is not read, with
   * alpha = 0 neither A nor B.
   */
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      long b,
      float beta,
      long c) {
    if (m == 0 || n == 0) {
      return;
    }
    int depth = alpha == 0 ? 0 : k;
    if (warpgroup.suits(math, m, n, depth)) {
      warpgroup.gemm(math, transposeA, transposeB, m, n, k, alpha, a, b, beta, c);
      return;
    }
    Plan plan = Plan.of(math != MathMode.F32, m, n, depth);
    String kernel =
        (math == MathMode.F32 ? "gemm" : math.prefix())
            + (plan.tile == LARGE ? "_large_" : "_small_")
            + (transposeA ? "t" : "n")
            + (transposeB ? "t" : "n");
    if (plan.slices == 1) {
      launch(kernel, plan, m, n, depth, alpha, a, b, beta, c);
      return;
    }
    gpu.pool()
        .borrow(
            4L * plan.slices * m * n,
            parts -> {
              launch(kernel, plan, m, n, depth, 1, a, b, 0, parts);
              gpu.module(GemmCuda.class)
                  .launch("gemm_finish")
                  .grid(Geometry.strided(m * n))
                  .integer(m * n)
                  .integer(plan.slices)
                  .real(alpha)
                  .pointer(parts)
                  .real(beta)
                  .pointer(c)
                  .run();
            });
  }

  void launch(
      String kernel,
      Plan plan,
      int m,
      int n,
      int k,
      float alpha,
      long a,
      long b,
      float beta,
      long c) {
    boolean tensor = math != MathMode.F32;
    gpu.module(tensor ? TensorGemmCuda.class : GemmCuda.class)
        .launch(kernel)
        .grid(new Extent(plan.blocks, 1, plan.slices))
        .block(Extent.of(tensor && plan.tile == SMALL ? 128 : plan.tile * plan.tile / 64))
        .integer(m)
        .integer(n)
        .integer(k)
        .integer(plan.slice)
        .real(alpha)
        .pointer(a)
        .pointer(b)
        .real(beta)
        .pointer(c)
        .run();
  }
}
