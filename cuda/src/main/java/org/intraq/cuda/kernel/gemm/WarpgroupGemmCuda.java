package org.intraq.cuda.kernel.gemm;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.MathMode;
import org.intraq.cuda.launch.Warpgroups;

/**
 * Launches {@code WarpgroupGemmCuda.cu}: large products on Hopper's tensor cores, whose operands
 * are first rounded and laid out in tiles.
 */
final class WarpgroupGemmCuda {
  private static final int TILE_ROWS = 128;
  private static final int TILE_COLUMNS = 256;
  private static final int STAGES = 4;

  /** Tiles that occupy a fourth of the largest device, where this begins to pay. */
  private static final int ENOUGH_BLOCKS = 32;

  private static final int ENOUGH_DEPTH = 256;

  private final Gpu gpu;

  WarpgroupGemmCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Whether the device can, and the product is large enough to be worth two more passes. */
  boolean suits(MathMode math, int m, int n, int k) {
    return math != MathMode.F32
        && Warpgroups.on(gpu)
        && (long) blocks(m, n) >= ENOUGH_BLOCKS
        && Math.min(m, n) > TILE_ROWS
        && k >= ENOUGH_DEPTH;
  }

  private static int blocks(int m, int n) {
    return Math.ceilDiv(m, TILE_ROWS) * Math.ceilDiv(n, TILE_COLUMNS);
  }

  /** As {@link GemmCuda#gemm}, in TF32 or bf16. */
  void gemm(
      MathMode math,
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
    int steps = Math.ceilDiv(k * (math == MathMode.BF16 ? 2 : 4), Warpgroups.ROW_BYTES);
    int tilesA = Math.ceilDiv(m, TILE_ROWS) * steps;
    int tilesB = Math.ceilDiv(n, TILE_COLUMNS) * 2 * steps;
    long tile = (long) TILE_ROWS * Warpgroups.ROW_BYTES;
    gpu.pool()
        .borrow(
            (tilesA + tilesB) * tile,
            packedA -> {
              long packedB = packedA + tilesA * tile;
              pack(math, !transposeA, m, k, steps, a, tilesA, packedA);
              pack(math, transposeB, n, k, steps, b, tilesB, packedB);
              gpu.module(WarpgroupGemmCuda.class)
                  .launch(math.prefix() + "_multiply")
                  .grid(Extent.of(blocks(m, n)))
                  .block(Extent.of(Warpgroups.THREADS))
                  .shared(Warpgroups.sharedBytes(STAGES, TILE_ROWS + TILE_COLUMNS))
                  .integer(m)
                  .integer(n)
                  .integer(steps)
                  .real(alpha)
                  .pointer(packedA)
                  .pointer(packedB)
                  .real(beta)
                  .pointer(c)
                  .run();
            });
  }

  private void pack(
      MathMode math,
      boolean alongDepth,
      int rows,
      int depth,
      int steps,
      long from,
      int tiles,
      long to) {
    gpu.module(WarpgroupGemmCuda.class)
        .launch(math.prefix() + (alongDepth ? "_pack_depth" : "_pack_rows"))
        .grid(Extent.of(alongDepth ? 4 * tiles : tiles))
        .block(Extent.of(Warpgroups.THREADS))
        .integer(rows)
        .integer(depth)
        .integer(steps)
        .pointer(from)
        .pointer(to)
        .run();
  }
}
