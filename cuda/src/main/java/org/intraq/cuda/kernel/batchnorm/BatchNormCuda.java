package org.intraq.cuda.kernel.batchnorm;

import org.intraq.cuda.launch.ChannelGrid;
import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;
import org.intraq.cuda.launch.SumGrid;

/**
 * Launches {@code BatchNormCuda.cu}: batch statistics, BatchNorm and affine maps of x [rows, C];
 * formulas in {@link org.intraq.tensor.backend.NormalizationOps}.
 */
public final class BatchNormCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public BatchNormCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** Mean and biased variance of each channel. */
  public void moments(int rows, int c, long x, long mean, long variance) {
    moments(rows, c, x, mean, variance, 0, 0, 0);
  }

  private void moments(
      int rows, int c, long x, long mean, long variance, long gamma, float eps, long factor) {
    SumGrid grid = SumGrid.of(rows, c, x);
    gpu.pool()
        .borrow(
            grid.partialBytes(),
            partial ->
                grid.sums(launch("moments"))
                    .pointer(x)
                    .pointer(mean)
                    .pointer(variance)
                    .pointer(gamma)
                    .real(eps)
                    .pointer(factor)
                    .pointer(partial)
                    .run());
  }

  /** dx = (dMean + 2 (x - mean) dVariance) / rows; dx may be x. */
  public void momentsBackward(
      int rows, int c, long x, long mean, long dMean, long dVariance, long dx) {
    ChannelGrid.of(rows, c, x, mean, dMean, dVariance, dx)
        .map(launch("moment_backward"))
        .pointer(x)
        .pointer(mean)
        .pointer(dMean)
        .pointer(dVariance)
        .pointer(dx)
        .run();
  }

  /** y = (x - center) * factor + offset; center and offset may be 0, for none; y may be x. */
  public void affine(int rows, int c, long x, long center, long factor, long offset, long y) {
    ChannelGrid.of(rows, c, x, center, factor, offset, y)
        .map(launch("centered_affine"))
        .pointer(x)
        .pointer(center)
        .pointer(factor)
        .pointer(offset)
        .pointer(y)
        .run();
  }

  /** dScale = sums of dy * x, dShift = sums of dy. */
  public void parameterGradients(int rows, int c, long x, long dy, long dScale, long dShift) {
    SumGrid grid = SumGrid.of(rows, c, x, dy);
    gpu.pool()
        .borrow(
            grid.partialBytes(),
            partial ->
                grid.sums(launch("products"))
                    .pointer(x)
                    .pointer(dy)
                    .pointer(dScale)
                    .pointer(dShift)
                    .pointer(partial)
                    .run());
  }

  /** BatchNorm with the statistics of the batch, which it gives. */
  public void train(
      int rows, int c, long x, long gamma, long beta, float eps, long y, long mean, long variance) {
    gpu.pool()
        .borrow(
            (long) c * Float.BYTES,
            factor -> {
              moments(rows, c, x, mean, variance, gamma, eps, factor);
              affine(rows, c, x, mean, factor, beta, y);
            });
  }

  /** Gradients of {@link #train}. */
  public void trainBackward(
      int rows,
      int c,
      long x,
      long gamma,
      long mean,
      long variance,
      float eps,
      long dy,
      long dx,
      long dGamma,
      long dBeta) {
    SumGrid grid = SumGrid.of(rows, c, x, mean, dy);
    ChannelGrid map = ChannelGrid.of(rows, c, x, mean, dy, dx);
    gpu.pool()
        .borrow(
            grid.partialBytes() + 3L * c * Float.BYTES,
            partial -> {
              long coefficients = partial + grid.partialBytes();
              grid.sums(launch("train_sums"))
                  .pointer(x)
                  .pointer(mean)
                  .pointer(dy)
                  .pointer(gamma)
                  .pointer(variance)
                  .real(eps)
                  .pointer(dGamma)
                  .pointer(dBeta)
                  .pointer(coefficients)
                  .pointer(partial)
                  .run();
              map.map(launch("train_backward"))
                  .pointer(x)
                  .pointer(mean)
                  .pointer(dy)
                  .pointer(coefficients)
                  .pointer(dx)
                  .run();
            });
  }

  /** scale = gamma / sqrt(variance + eps), shift = beta - mean * scale. */
  public void fold(
      int c, long gamma, long beta, long mean, long variance, float eps, long scale, long shift) {
    folding("fold", c, gamma, beta, mean, variance, eps, scale, shift);
  }

  /** dGamma = (dScale - mean * dShift) / sqrt(variance + eps), dBeta = dShift. */
  public void foldBackward(
      int c,
      long dScale,
      long dShift,
      long mean,
      long variance,
      float eps,
      long dGamma,
      long dBeta) {
    folding("fold_backward", c, dScale, dShift, mean, variance, eps, dGamma, dBeta);
  }

  private void folding(
      String kernel,
      int c,
      long first,
      long second,
      long mean,
      long variance,
      float eps,
      long one,
      long other) {
    launch(kernel)
        .grid(Geometry.strided(c))
        .integer(c)
        .pointer(first)
        .pointer(second)
        .pointer(mean)
        .pointer(variance)
        .real(eps)
        .pointer(one)
        .pointer(other)
        .run();
  }

  private Launch launch(String kernel) {
    return gpu.module(BatchNormCuda.class).launch(kernel);
  }
}
