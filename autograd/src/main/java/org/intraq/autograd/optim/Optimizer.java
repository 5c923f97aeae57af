package org.intraq.autograd.optim;

import java.util.List;
import java.util.Map;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** Updates parameters from their gradients. */
public interface Optimizer extends AutoCloseable {
  /** The parameters, in a fixed order. */
  List<Variable> parameters();

  /**
   * Updates every parameter that has a gradient.
   *
   * @param learningRate step size
   * @param gradientScale factor on every gradient, as {@link GradientClipping} computes it; 1
   *     leaves them alone
   */
  void step(float learningRate, float gradientScale);

  /** Updates every parameter that has a gradient. */
  default void step(float learningRate) {
    step(learningRate, 1f);
  }

  /** Forgets all gradients. */
  default void zeroGrad() {
    parameters().forEach(Variable::zeroGrad);
  }

  /** Steps taken. */
  int steps();

  /**
   * Live state tensors by name, to save; restoring writes into them and calls {@link
   * #restoreSteps}.
   */
  Map<String, Tensor> state();

  /** Sets {@link #steps()} after the state tensors were restored. */
  void restoreSteps(int steps);

  @Override
  void close();
}
