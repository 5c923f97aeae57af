package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.OptimizerOps;
import org.intraq.tensor.kernel.optimizer.ParameterUpdate;
import org.intraq.tensor.parallel.Workers;

/** Parameter updates on the CPU. */
final class CpuOptimizer implements OptimizerOps {
  private final ParameterUpdate kernel;

  CpuOptimizer(Workers workers) {
    this.kernel = Kernels.parameterUpdate(workers);
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
    float[] ps = Checks.floats("sgd", "p", p);
    float[] grads = state("sgd", "grad", grad, p);
    float[] vs = momentum == 0 ? null : state("sgd", "v", v, p);
    if (vs != null) {
      Checks.apart("sgd", "v", v, "grad", grad);
    }
    kernel.sgd(
        p.size(),
        ps,
        p.offset(),
        grads,
        grad.offset(),
        vs,
        vs == null ? 0 : v.offset(),
        gradScale,
        lr,
        momentum,
        weightDecay,
        nesterov,
        first);
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
    float[] ps = Checks.floats("adam", "p", p);
    float[] grads = state("adam", "grad", grad, p);
    float[] ms = state("adam", "m", m, p);
    float[] ss = state("adam", "s", s, p);
    Checks.apart("adam", "m", m, "grad", grad);
    Checks.apart("adam", "s", s, "grad", grad);
    Checks.apart("adam", "m", m, "s", s);
    Checks.require(step >= 1, "adam", "a step that counts from 1", step);
    Checks.require(beta1 >= 0 && beta1 < 1, "adam", "beta1 in [0, 1)", beta1);
    Checks.require(beta2 >= 0 && beta2 < 1, "adam", "beta2 in [0, 1)", beta2);
    kernel.adam(
        p.size(),
        ps,
        p.offset(),
        grads,
        grad.offset(),
        ms,
        m.offset(),
        ss,
        s.offset(),
        lr,
        beta1,
        beta2,
        eps,
        step);
  }

  private static float[] state(String operation, String name, Tensor tensor, Tensor p) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.sameShape(operation, name, tensor, "p", p);
    Checks.apart(operation, "p", p, name, tensor);
    return values;
  }
}
