package org.intraq.cuda.kernel.memory;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;

/** Launches {@code MemoryCuda.cu}: fills memory with a word. */
public final class MemoryCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public MemoryCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Sets n words of 32 bits. */
  public void fill(int n, int word, long y) {
    gpu.module(MemoryCuda.class)
        .launch("fill")
        .grid(Geometry.strided(n))
        .integer(n)
        .integer(word)
        .pointer(y)
        .run();
  }
}
