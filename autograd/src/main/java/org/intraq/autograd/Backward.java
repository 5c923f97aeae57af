package org.intraq.autograd;

import org.intraq.tensor.Tensor;

/** The backward half of an operation. */
@FunctionalInterface
public interface Backward {
  /**
   * Given the gradient of the loss in the operation's output, adds the gradients in its inputs with
   * {@link Tape#accumulate}; it must not write to {@code dy} unless {@link Tape#inPlace} returned
   * it.
   */
  void run(Tensor dy);
}
