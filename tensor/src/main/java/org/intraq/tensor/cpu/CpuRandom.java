package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.RandomOps;
import org.intraq.tensor.kernel.random.RandomFill;
import org.intraq.tensor.parallel.Workers;

/** Counter-based random numbers on the CPU. */
final class CpuRandom implements RandomOps {
  private final RandomFill kernel;

  CpuRandom(Workers workers) {
    this.kernel = Kernels.randomFill(workers);
  }

  @Override
  public void uniform(long key, long counter, float low, float high, Tensor y) {
    float[] ys = Checks.floats("uniform", "y", y);
    if (!(low <= high) || !Float.isFinite(high - low)) {
      throw Checks.failure(
          "uniform", "low <= high with a finite difference", "[" + low + ", " + high + ")");
    }
    kernel.uniform(key, counter, low, high, y.size(), ys, y.offset());
  }

  @Override
  public void normal(long key, long counter, float mean, float deviation, Tensor y) {
    float[] ys = Checks.floats("normal", "y", y);
    kernel.normal(key, counter, mean, deviation, y.size(), ys, y.offset());
  }
}
