package org.intraq.cuda.kernel.similarity;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/**
 * Launches {@code SimilarityCuda.cu}: lengths and cosines of the rows of matrices; formulas in
 * {@link org.intraq.tensor.backend.LossOps}.
 */
public final class SimilarityCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public SimilarityCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** y = x / max(|x|, eps). */
  public void l2Normalize(int rows, int columns, long x, float eps, long y) {
    launch("l2_normalize", rows, columns).pointer(x).real(eps).pointer(y).run();
  }

  /** The gradient of {@link #l2Normalize}. */
  public void l2NormalizeBackward(int rows, int columns, long x, float eps, long dy, long dx) {
    launch("l2_normalize_backward", rows, columns)
        .pointer(x)
        .real(eps)
        .pointer(dy)
        .pointer(dx)
        .run();
  }

  /** y = a . b / (max(|a|, eps) * max(|b|, eps)). */
  public void cosine(int rows, int columns, long a, long b, float eps, long y) {
    launch("cosine", rows, columns).pointer(a).pointer(b).real(eps).pointer(y).run();
  }

  /** The gradient of {@link #cosine} in a. */
  public void cosineBackward(int rows, int columns, long a, long b, float eps, long dy, long da) {
    launch("cosine_backward", rows, columns)
        .pointer(a)
        .pointer(b)
        .real(eps)
        .pointer(dy)
        .pointer(da)
        .run();
  }

  private Launch launch(String kernel, int rows, int columns) {
    return gpu.module(SimilarityCuda.class)
        .launch(kernel)
        .grid(Geometry.warps(rows))
        .integer(rows)
        .integer(columns);
  }
}
