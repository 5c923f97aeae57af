package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/** Parameter updates in place, as PyTorch defines them. */
public interface OptimizerOps {
  /**
   * g = grad * gradScale + weightDecay * p; v = momentum * v + g (v = g if {@code first}); p -= lr
   * * (nesterov ? g + momentum * v : v). With momentum 0, v is not touched and may be null.
   */
  void sgd(
      Tensor p,
      Tensor grad,
      Tensor v,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first);

  /**
   * Adam (Kingma and Ba 2015) with bias correction: m = b1 * m + (1 - b1) * g, s = b2 * s + (1 -
   * b2) * g^2, p -= lr / (1 - b1^t) * m / (sqrt(s / (1 - b2^t)) + eps); {@code step} t counts from
   * 1.
   */
  void adam(
      Tensor p,
      Tensor grad,
      Tensor m,
      Tensor s,
      float lr,
      float beta1,
      float beta2,
      float eps,
      int step);
}
