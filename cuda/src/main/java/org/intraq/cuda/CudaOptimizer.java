package org.intraq.cuda;

import org.intraq.cuda.kernel.optimizer.ParameterUpdateCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.OptimizerOps;

/** Parameter updates on a GPU. */
final class CudaOptimizer implements OptimizerOps {
  private final Checks checks;
  private final ParameterUpdateCuda kernel;

  CudaOptimizer(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new ParameterUpdateCuda(context.gpu());
  }

  @Override
  public void sgd(
      Tensor p,
      Tensor grad,
      Tensor v,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first) {
    long ps = checks.floats("sgd", "p", p);
    long grads = state("sgd", "grad", grad, p);
    long vs = momentum == 0 ? 0 : state("sgd", "v", v, p);
    if (vs != 0) {
      Checks.apart("sgd", "v", v, "grad", grad);
    }
    kernel.sgd(p.size(), ps, grads, vs, gradScale, lr, momentum, weightDecay, nesterov, first);
  }

  @Override
  public void adam(
      Tensor p,
      Tensor grad,
      Tensor m,
      Tensor s,
      float lr,
      float beta1,
      float beta2,
      float eps,
      int step) {
    long ps = checks.floats("adam", "p", p);
    long grads = state("adam", "grad", grad, p);
    long ms = state("adam", "m", m, p);
    long ss = state("adam", "s", s, p);
    Checks.apart("adam", "m", m, "grad", grad);
    Checks.apart("adam", "s", s, "grad", grad);
    Checks.apart("adam", "m", m, "s", s);
    Checks.require(step >= 1, "adam", "a step that counts from 1", step);
    Checks.require(beta1 >= 0 && beta1 < 1, "adam", "beta1 in [0, 1)", beta1);
    Checks.require(beta2 >= 0 && beta2 < 1, "adam", "beta2 in [0, 1)", beta2);
    kernel.adam(p.size(), ps, grads, ms, ss, lr, beta1, beta2, eps, step);
  }

  private long state(String operation, String name, Tensor tensor, Tensor p) {
    long address = checks.floats(operation, name, tensor);
    Checks.sameShape(operation, name, tensor, "p", p);
    Checks.apart(operation, "p", p, name, tensor);
    return address;
  }
}
