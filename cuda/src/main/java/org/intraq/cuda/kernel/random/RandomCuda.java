package org.intraq.cuda.kernel.random;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/** Launches {@code RandomCuda.cu}: Philox numbers with the bits of the CPU's RandomFill. */
public final class RandomCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public RandomCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = uniform in [low, high). */
  public void uniform(int n, long key, long counter, float low, float high, long y) {
    float largest = high > low ? Math.nextDown(high) : low;
    launch("uniform", n, key, counter).real(low).real(high - low).real(largest).pointer(y).run();
  }

  /** y = mean + deviation * a standard normal number. */
  public void normal(int n, long key, long counter, float mean, float deviation, long y) {
    launch("normal", n, key, counter).real(mean).real(deviation).pointer(y).run();
  }

  private Launch launch(String kernel, int n, long key, long counter) {
    return gpu.module(RandomCuda.class)
        .launch(kernel)
        .grid(Geometry.strided(Math.ceilDiv(n, 4)))
        .integer(n)
        .wide(key)
        .wide(counter);
  }
}
