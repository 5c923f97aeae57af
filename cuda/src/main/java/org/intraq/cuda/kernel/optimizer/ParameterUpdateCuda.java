package org.intraq.cuda.kernel.optimizer;

import org.intraq.cuda.launch.Geometry;
import org.intraq.cuda.launch.Gpu;
import org.intraq.cuda.launch.Launch;

/**
 * Launches {@code ParameterUpdateCuda.cu}: stochastic gradient descent and Adam in place; formulas
 * in {@link org.intraq.tensor.kernel.optimizer.ParameterUpdate}.
 */
public final class ParameterUpdateCuda {
  private final Gpu gpu;

  /** Kernels of a device. */
  public ParameterUpdateCuda(Gpu gpu) {
    this.gpu = gpu;
  }

  /** One step of descent; {@code v} is 0 where there is no momentum. */
  public void sgd(
      int n,
      long p,
      long grad,
      long v,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first) {
    launch("sgd", n, p, grad, v)
        .pointer(v)
        .real(gradScale)
        .real(lr)
        .real(momentum)
        .real(weightDecay)
        .integer(nesterov ? 1 : 0)
        .integer(first ? 1 : 0)
        .run();
  }

  /** Step {@code t} of Adam. */
  public void adam(
      int n,
      long p,
      long grad,
      long m,
      long s,
      float lr,
      float beta1,
      float beta2,
      float eps,
      int t) {
    double rate = lr / (1 - StrictMath.pow(beta1, t));
    double correction = Math.sqrt(1 - StrictMath.pow(beta2, t));
    launch("adam", n, p, grad, m, s)
        .pointer(m)
        .pointer(s)
        .real((float) rate)
        .real((float) correction)
        .real(beta1)
        .real(beta2)
        .real(eps)
        .run();
  }

  private Launch launch(String kernel, int n, long p, long grad, long first, long... others) {
    boolean wide = Geometry.wide(p, grad, first) && Geometry.wide(others);
    return gpu.module(ParameterUpdateCuda.class)
        .launch(kernel)
        .grid(Geometry.flat(n, wide))
        .integer(wide ? 1 : 0)
        .integer(n)
        .pointer(p)
        .pointer(grad);
  }
}
