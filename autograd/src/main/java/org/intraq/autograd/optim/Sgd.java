package org.intraq.autograd.optim;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * Stochastic gradient descent with momentum, Nesterov's form on demand (Sutskever et al. 2013), and
 * weight decay.
 */
public final class Sgd implements Optimizer {
  private final List<Variable> parameters;
  private final float momentum;
  private final float weightDecay;
  private final boolean nesterov;
  private final Scope scope;
  private final Map<String, Tensor> velocity = new LinkedHashMap<>();
  private int steps;

  /**
   * Makes an optimiser.
   *
   * @param weightDecay factor of the parameter that is added to its gradient; see {@code
   *     OptimizerOps.sgd} for the formula
   */
  public Sgd(
      Backend backend,
      List<Variable> parameters,
      float momentum,
      float weightDecay,
      boolean nesterov) {
    this.parameters = List.copyOf(parameters);
    this.momentum = momentum;
    this.weightDecay = weightDecay;
    this.nesterov = nesterov;
    this.scope = new Scope(backend, "sgd");
    if (momentum != 0) {
      parameters.forEach(p -> velocity.put(p.name() + ".velocity", scope.zeros(p.shape())));
    }
  }

  @Override
  public List<Variable> parameters() {
    return parameters;
  }

  @Override
  public void step(float learningRate, float gradientScale) {
    var ops = scope.backend().optimizer();
    for (Variable p : parameters) {
      if (p.hasGrad()) {
        ops.sgd(
            p.value(),
            p.grad(),
            velocity.get(p.name() + ".velocity"),
            gradientScale,
            learningRate,
            momentum,
            weightDecay,
            nesterov,
            steps == 0);
      }
    }
    steps++;
  }

  @Override
  public int steps() {
    return steps;
  }

  @Override
  public Map<String, Tensor> state() {
    return velocity;
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
