package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Pooling, global pooling and parameter-free shortcuts. */
public interface PoolingOps {
  /** Window maxima and the flat input index of each (the first among equals; NaN wins). */
  void maxPool(Pool2dShape shape, Tensor x, Tensor y, Tensor argmax);

  /** dx = dy added up at the places {@code argmax} names, 0 elsewhere. */
  void maxPoolBackward(Pool2dShape shape, Tensor dy, Tensor argmax, Tensor dx);

  /** Window means; padding counts as zeros in the divisor if {@code countPadding}. */
  void averagePool(Pool2dShape shape, boolean countPadding, Tensor x, Tensor y);

  /** The adjoint of {@link #averagePool}. */
  void averagePoolBackward(Pool2dShape shape, boolean countPadding, Tensor dy, Tensor dx);

  /** y [N, C] = mean of x [N, H, W, C] over H and W. */
  void globalAverage(Tensor x, Tensor y);

  /** dx [N, H, W, C] = dy [N, C] / (H * W). */
  void globalAverageBackward(Tensor dy, Tensor dx);

  /**
   * The parameter-free shortcut of He et al. 2015 (option A): y[n, p, q, padBefore + c] = x[n, p *
   * stride, q * stride, c], all other channels of y zero. x [N, H, W, C], y [N, ceil(H / stride),
   * ceil(W / stride), C2].
   */
  void subsample(Tensor x, int stride, int padBefore, Tensor y);

  /** The adjoint of {@link #subsample}. */
  void subsampleBackward(Tensor dy, int stride, int padBefore, Tensor dx);
}
