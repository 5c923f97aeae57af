package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y [1] = sum of x * weights with constant weights of the same shape. */
public final class WeightedSum {
  private WeightedSum() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, Tensor weights) {
    return Sum.apply(tape, Multiply.apply(tape, x, Variable.constant(weights)));
  }
}
