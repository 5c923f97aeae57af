package org.intraq.cuda.kernel.layout;

import org.intraq.cuda.driver.Extent;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;

/** Launches {@code LayoutCuda.cu}: transposes the matrices of a batch. */
public final class LayoutCuda {
  private static final int TILE = 32;
  private static final int ROWS = 8;

  private final Gpu gpu;

  /** Kernels of a device. */
  public LayoutCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y[n, j, i] = x[n, i, j], x [n, rows, columns]. */
  public void transpose(int n, int rows, int columns, long x, long y) {
    int tiles = Math.ceilDiv(rows, TILE) * Math.ceilDiv(columns, TILE);
    gpu.module(LayoutCuda.class)
        .launch("transpose")
        .grid(Extent.of(tiles, Math.min(n, Geometry.MOST_YZ)))
        .block(Extent.of(TILE, ROWS))
        .integer(n)
        .integer(rows)
        .integer(columns)
        .pointer(x)
        .pointer(y)
        .run();
  }
}
