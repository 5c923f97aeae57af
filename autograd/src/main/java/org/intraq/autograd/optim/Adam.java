package org.intraq.autograd.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/** Adam (Kingma and Ba 2015) with bias correction. */
public final class Adam implements Optimizer {
  private final List<Variable> parameters;
  private final float beta1;
  private final float beta2;
  private final float eps;
  private final Scope scope;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private int steps;

  /** Makes an optimiser; usual values are beta1 0.9, beta2 0.999, eps 1e-8. */
  public Adam(Backend backend, List<Variable> parameters, float beta1, float beta2, float eps) {
    this.parameters = List.copyOf(parameters);
    this.beta1 = beta1;
    this.beta2 = beta2;
    this.eps = eps;
    this.scope = new Scope(backend, "adam");
    for (Variable p : parameters) {
      moments.put(p.name() + ".mean", scope.zeros(p.shape()));
      moments.put(p.name() + ".square", scope.zeros(p.shape()));
    }
  }

  @Override
  public List<Variable> parameters() {
    return parameters;
  }

  /**
   * Updates with the gradients given instead of {@link Variable#grad()}, one for each parameter.
   */
  public void step(float learningRate, List<Tensor> gradients) {
    if (gradients.size() != parameters.size()) {
      throw new IllegalArgumentException(
          "adam: expected " + parameters.size() + " gradients, got " + gradients.size());
    }
    steps++;
    for (int i = 0; i < gradients.size(); i++) {
      update(parameters.get(i), gradients.get(i), learningRate);
    }
  }

  @Override
  public void step(float learningRate, float gradientScale) {
    steps++;
    for (Variable p : parameters) {
      if (p.hasGrad()) {
        if (gradientScale != 1f) {
          scope.backend().elementwise().scaleShift(gradientScale, p.grad(), 0f, p.grad());
        }
        update(p, p.grad(), learningRate);
      }
    }
  }

  private void update(Variable p, Tensor gradient, float learningRate) {
    scope
        .backend()
        .optimizer()
        .adam(
            p.value(),
            gradient,
            moments.get(p.name() + ".mean"),
            moments.get(p.name() + ".square"),
            learningRate,
            beta1,
            beta2,
            eps,
            steps);
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public Map<String, Tensor> state() {
    return moments;
  }

  @Override
  public void restoreSteps(int restored) {
    steps = restored;
  }

  @Override
  public void close() {
    scope.close();
  }
}
