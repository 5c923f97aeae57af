package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y [1] = the sum of all elements of x. */
public final class Sum {
  private Sum() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x) {
    Tensor y = tape.empty(1);
    var backend = tape.backend();
    backend.reduction().sum(x.value(), y);
    return tape.record(
        "sum",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          backend.memory().fill(dx, 1f);
          // Not by way of the host, which would have to wait for the device.
          Tensor column = dx.reshape(dx.size(), 1);
          backend.normalization().channelScale(column, dy, column);
          tape.accumulate(x, dx);
        },
        x);
  }

  /** y [1] = the mean of all elements of x. */
  public static Variable mean(Tape tape, Variable x) {
    return ScaleShift.apply(tape, 1f / x.value().size(), apply(tape, x), 0f);
  }
}
