package org.intraq.autograd;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * Compares the gradient of a function with its slope along random directions.
 *
 * <p>The function's output is projected on random weights, which makes a scalar L. Along a random
 * direction d of one input the analytic slope is sum of dL/dx * d. The numeric one is the
 * five-point formula (8 (L(h) - L(-h)) - (L(2h) - L(-2h))) / 12h, whose sums are taken in double on
 * the host, so that only the rounding of the float output is left: about eps * sum |w y| / h.
 */
public final class GradientCheck {
  /** A function of variables. */
  @FunctionalInterface
  public interface Function {
    /** Computes the output on {@code tape}. */
    Variable apply(Tape tape, List<Variable> inputs);
  }

  /**
   * One input.
   *
   * @param values row-major
   * @param differentiable whether its gradient is to be checked
   */
  public record Input(float[] values, Shape shape, boolean differentiable) {}

  /**
   * The larger error over directions and inputs.
   *
   * @param error |analytic - numeric| / sum |dL/dx * d|
   */
  public record Outcome(String where, double analytic, double numeric, double error) {}

  private static final int DIRECTIONS = 3;

  private final Backend backend;
  private final Function function;
  private final List<Input> inputs;
  private final float step;
  private final SplittableRandom random;

  /**
   * Prepares a check.
   *
   * @param step h; inputs must be further than 2h from every kink, since directions have components
   *     in [-1, 1]
   */
  public GradientCheck(
      Backend backend, Function function, List<Input> inputs, float step, long seed) {
    this.backend = backend;
    this.function = function;
    this.inputs = List.copyOf(inputs);
    this.step = step;
    this.random = new SplittableRandom(seed);
  }

  /** Runs the check; the worst direction of the worst input. */
  public Outcome worst() {
    Outcome worst = new Outcome("", 0, 0, -1);
    for (int which = 0; which < inputs.size(); which++) {
      for (int i = 0; inputs.get(which).differentiable && i < DIRECTIONS; i++) {
        Outcome outcome = along(which);
        worst = outcome.error > worst.error || Double.isNaN(outcome.error) ? outcome : worst;
      }
    }
    return worst;
  }

  private Outcome along(int which) {
    float[] direction = random(inputs.get(which).values.length);
    float[] gradient = new float[direction.length];
    float[] weights = gradient(which, gradient);
    double analytic = 0;
    double scale = 0;
    for (int i = 0; i < gradient.length; i++) {
      double term = (double) gradient[i] * direction[i];
      analytic += term;
      scale += Math.abs(term);
    }
    double near = value(which, direction, step, weights) - value(which, direction, -step, weights);
    double far =
        value(which, direction, 2 * step, weights) - value(which, direction, -2 * step, weights);
    double numeric = (8 * near - far) / (12 * step);
    return new Outcome(
        "input " + which, analytic, numeric, Math.abs(analytic - numeric) / Math.max(scale, 1e-20));
  }

  /** Fills {@code gradient} and gives the weights of the projection. */
  private float[] gradient(int which, float[] gradient) {
    try (Scope scope = new Scope(backend, "gradient check");
        Tape tape = new Tape(backend)) {
      List<Variable> variables = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        Input input = inputs.get(i);
        Tensor value = scope.of(input.values, input.shape.toArray());
        variables.add(i == which ? tape.leaf("input " + i, value) : Variable.constant(value));
      }
      Variable y = function.apply(tape, variables);
      float[] weights = random(y.value().size());
      Tensor seed = tape.empty(y.shape());
      backend.memory().upload(weights, 0, seed);
      tape.backward(y, seed);
      backend.memory().download(variables.get(which).grad(), gradient, 0);
      return weights;
    }
  }

  private double value(int which, float[] direction, float t, float[] weights) {
    try (Scope scope = new Scope(backend, "gradient check");
        Tape tape = Tape.inference(backend)) {
      List<Variable> variables = new ArrayList<>();
      for (int i = 0; i < inputs.size(); i++) {
        float[] values = inputs.get(i).values.clone();
        for (int j = 0; i == which && j < values.length; j++) {
          values[j] += t * direction[j];
        }
        variables.add(Variable.constant(scope.of(values, inputs.get(i).shape.toArray())));
      }
      float[] y = backend.memory().toArray(function.apply(tape, variables).value());
      double sum = 0;
      for (int i = 0; i < y.length; i++) {
        sum += (double) y[i] * weights[i];
      }
      return sum;
    }
  }

  private float[] random(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (float) random.nextDouble(-1, 1);
    }
    return values;
  }
}
