package org.intraq.autograd;

import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;

/**
 * A tensor in a computation, with the gradient of the loss in it once {@link Tape#backward} has
 * run.
 */
public final class Variable {
  private final String name;
  private final Tensor value;
  private final boolean requiresGrad;

  /**
   * Scope that keeps the gradient of a parameter across steps; null for values that live on a tape.
   */
  private final Scope home;

  Tensor grad;
  private boolean gradDefined;

  Variable(String name, Tensor value, boolean requiresGrad, Scope home) {
    this.name = name;
    this.value = value;
    this.requiresGrad = requiresGrad;
    this.home = home;
  }

  /** A value that no gradient is computed for: an input batch, a frozen weight. */
  public static Variable constant(Tensor value) {
    return new Variable("constant", value, false, null);
  }

  /**
   * A value that outlives the tapes it is used on and whose gradient adds up over backward passes
   * until {@link #zeroGrad}.
   *
   * @param home scope that owns the gradient buffer; must outlive every tape
   */
  public static Variable parameter(String name, Tensor value, Scope home) {
    return new Variable(name, value, true, home);
  }

  /** The parameter's name, or the operation that made the value. */
  public String name() {
    return name;
  }

  /** The value. */
  public Tensor value() {
    return value;
  }

  /** The value's shape. */
  public Shape shape() {
    return value.shape();
  }

  /** Whether a backward pass computes a gradient for it. */
  public boolean requiresGrad() {
    return requiresGrad;
  }

  /**
   * The gradient, of the value's shape.
   *
   * @throws IllegalStateException if no backward pass has reached this variable
   */
  public Tensor grad() {
    if (!hasGrad()) {
      throw new IllegalStateException(
          "grad: expected a backward pass to have reached '"
              + name
              + "' "
              + value.shape()
              + ", none has"
              + (requiresGrad ? "" : " (it does not require a gradient)"));
    }
    return grad;
  }

  /** Whether a gradient is there. */
  public boolean hasGrad() {
    return home == null ? grad != null : gradDefined;
  }

  /** Forgets a parameter's gradient; the buffer stays for the next pass. */
  public void zeroGrad() {
    gradDefined = false;
  }

  boolean isParameter() {
    return home != null;
  }

  /** Adds to a parameter's gradient, which has a buffer of its own. */
  void accumulateParameter(Tensor gradient) {
    if (grad == null) {
      grad = home.f32(value.shape());
    }
    var elementwise = home.backend().elementwise();
    if (gradDefined) {
      elementwise.linear(1f, grad, 1f, gradient, grad);
    } else {
      home.backend().memory().copy(gradient, grad);
    }
    gradDefined = true;
  }

  @Override
  public String toString() {
    return name + " " + value;
  }
}
