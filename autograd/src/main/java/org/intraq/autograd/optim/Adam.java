package org.intraq.autograd.optim;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * Adam (Kingma and Ba 2015) with bias correction.
 *
 * <p>{@link #relative} makes one whose steps are fractions of a parameter's own scale: the learning
 * rate is multiplied by the root mean square that every output channel (last axis) had at the
 * start, in tensors of rank 1 by that of the whole. In a network of depthwise and pointwise
 * convolutions the weights' scales differ a hundredfold, and no one absolute rate suits all.
 * Source: the relative step of Shazeer and Stern, Adafactor, 2018, section 8, which takes a whole
 * tensor's scale.
 */
public final class Adam implements Optimizer {
  /** As Adafactor's smallest scale: zeros have to get away from zero. */
  private static final double SMALLEST_UNIT = 1e-3;

  /** A dead channel moves with the tensor, if slowly. */
  private static final double SMALLEST_CHANNEL = 1e-3;

  private final List<Variable> parameters;
  private final float beta1;
  private final float beta2;
  private final float eps;
  private final Scope scope;
  private final Map<String, Tensor> moments = new LinkedHashMap<>();
  private final Map<String, Tensor> units = new HashMap<>();
  private Tensor scratch;
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

  /** An optimiser whose learning rate is relative to the scale that each parameter has now. */
  public static Adam relative(
      Backend backend, List<Variable> parameters, float beta1, float beta2, float eps) {
    Adam adam = new Adam(backend, parameters, beta1, beta2, eps);
    int largest = 0;
    for (Variable p : parameters) {
      float[] unit = unit(backend.memory().toArray(p.value()), p.shape());
      adam.units.put(p.name(), adam.scope.of(unit, p.shape().toArray()));
      largest = Math.max(largest, unit.length);
    }
    adam.scratch = adam.scope.zeros(Shape.of(largest));
    return adam;
  }

  /** The scale of every element: the root mean square of its channel, but no less than a floor. */
  private static float[] unit(float[] values, Shape shape) {
    int channels = shape.rank() > 1 ? shape.extent(shape.rank() - 1) : 1;
    double[] squares = new double[channels];
    double all = 0;
    for (int i = 0; i < values.length; i++) {
      squares[i % channels] += (double) values[i] * values[i];
      all += (double) values[i] * values[i];
    }
    double floor = Math.max(SMALLEST_UNIT, SMALLEST_CHANNEL * Math.sqrt(all / values.length));
    float[] unit = new float[values.length];
    for (int i = 0; i < unit.length; i++) {
      double rms = Math.sqrt(squares[i % channels] * channels / values.length);
      unit[i] = (float) Math.max(rms, floor);
    }
    return unit;
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
    Tensor unit = units.get(p.name());
    if (unit == null) {
      update(p, p.value(), gradient, learningRate);
      return;
    }
    var elementwise = scope.backend().elementwise();
    Tensor move = scratch.slice(0, p.shape().size()).reshape(p.shape().toArray());
    scope.backend().memory().fill(move, 0f);
    update(p, move, gradient, learningRate);
    elementwise.multiply(move, unit, move);
    elementwise.linear(1f, p.value(), 1f, move, p.value());
  }

  private void update(Variable p, Tensor target, Tensor gradient, float learningRate) {
    scope
        .backend()
        .optimizer()
        .adam(
            target,
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
