package org.intraq.tensor.kernel.optimizer;

/**
 * Updates of parameters in place by stochastic gradient descent and Adam, as PyTorch defines them.
 *
 * <p>All arrays hold n elements from their offset on and must not overlap. n = 0 does nothing.
 * Every element is on its own, so results are the same bits for any number of threads and any
 * vector width. NaN or infinity in a gradient goes into its own parameter and state only.
 */
public interface ParameterUpdate {
  /**
   * Stochastic gradient descent with momentum and L2 penalty.
   *
   * <pre>
   * g = gradScale * grad + weightDecay * p
   * v = first ? g : momentum * v + g              (only if momentum != 0)
   * p = p - lr * (momentum == 0 ? g : nesterov ? g + momentum * v : v)
   * </pre>
   *
   * <p>v is neither read nor written with momentum 0 and may be null then; with {@code first} it is
   * not read. |error of p| &lt;= 6 * eps * (|p| + lr * sum of the absolute terms), eps = 2^-23.
   *
   * <p>Source: torch.optim.SGD; Sutskever et al., On the importance of initialization and momentum
   * in deep learning, 2013.
   */
  void sgd(
      int n,
      float[] p,
      int pOffset,
      float[] grad,
      int gradOffset,
      float[] v,
      int vOffset,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first);

  /**
   * Adam with bias correction; {@code step} t counts from 1.
   *
   * <pre>
   * m = beta1 * m + (1 - beta1) * grad
   * s = beta2 * s + (1 - beta2) * grad^2
   * p = p - lr / (1 - beta1^t) * m / (sqrt(s) / sqrt(1 - beta2^t) + eps)
   * </pre>
   *
   * <p>The corrections are taken in double. |relative error of the step| &lt;= 8 * 2^-23 for given
   * m and s.
   *
   * <p>Source: Kingma and Ba, Adam, ICLR 2015, algorithm 1; torch.optim.Adam for where eps stands.
   */
  void adam(
      int n,
      float[] p,
      int pOffset,
      float[] grad,
      int gradOffset,
      float[] m,
      int mOffset,
      float[] s,
      int sOffset,
      float lr,
      float beta1,
      float beta2,
      float eps,
      int step);
}
