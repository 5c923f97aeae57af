package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y[.., c] = x[.., c] + bias[c]. */
public final class AddBias {
  private AddBias() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, Variable bias) {
    Tensor y = tape.empty(x.shape());
    var backend = tape.backend();
    backend.convolution().addBias(x.value(), bias.value(), y);
    return tape.record(
        "addBias",
        y,
        dy -> {
          if (bias.requiresGrad()) {
            Tensor dBias = tape.empty(bias.shape());
            backend.reduction().columnSums(dy, dBias);
            tape.accumulate(bias, dBias);
          }
          tape.accumulate(x, dy);
        },
        x,
        bias);
  }
}
