package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Two-dimensional convolutions as {@link Conv2dShape} defines them; depthwise shapes take their own
 * kernels.
 */
public interface ConvolutionOps {
  /** y = x convolved with w: x [N, H, W, IC], w [KH, KW, IC/groups, OC], y [N, OH, OW, OC]. */
  void forward(Conv2dShape shape, Tensor x, Tensor w, Tensor y);

  /** dx = the adjoint of {@link #forward} in x, applied to dy. */
  void backwardInput(Conv2dShape shape, Tensor dy, Tensor w, Tensor dx);

  /**
   * dw = beta * dw + the adjoint of {@link #forward} in w, applied to dy; beta = 0 does not read
   * dw.
   */
  void backwardWeights(Conv2dShape shape, Tensor x, Tensor dy, float beta, Tensor dw);

  /** y[.., o] = x[.., o] + bias[o]; y may be x. */
  void addBias(Tensor x, Tensor bias, Tensor y);
}
