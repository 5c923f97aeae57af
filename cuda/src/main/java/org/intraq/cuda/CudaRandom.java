package org.intraq.cuda;

import org.intraq.cuda.kernel.random.RandomCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.RandomOps;

/** Counter-based random numbers on a GPU. */
final class CudaRandom implements RandomOps {
  private final Checks checks;
  private final RandomCuda kernel;

  CudaRandom(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new RandomCuda(context.gpu());
  }

  @Override
  public void uniform(long key, long counter, float low, float high, Tensor y) {
    long ys = checks.floats("uniform", "y", y);
    if (!(low <= high) || !Float.isFinite(high - low)) {
      throw Checks.failure(
          "uniform", "low <= high with a finite difference", "[" + low + ", " + high + ")");
    }
    kernel.uniform(y.size(), key, counter, low, high, ys);
  }

  @Override
  public void normal(long key, long counter, float mean, float deviation, Tensor y) {
    long ys = checks.floats("normal", "y", y);
    kernel.normal(y.size(), key, counter, mean, deviation, ys);
  }
}
