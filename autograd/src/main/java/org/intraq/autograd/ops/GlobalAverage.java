package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y [N, C] = mean of x [N, H, W, C] over H and W. */
public final class GlobalAverage {
  private GlobalAverage() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x) {
    Tensor y = tape.empty(x.value().extent(0), x.value().extent(-1));
    var pooling = tape.backend().pooling();
    pooling.globalAverage(x.value(), y);
    return tape.record(
        "globalAverage",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          pooling.globalAverageBackward(dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
