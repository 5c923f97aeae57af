package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Window means of x [N, H, W, C]. */
public final class AveragePool {
  private AveragePool() {}

  /** Applies the operation; padding counts in the divisor if {@code countPadding}. */
  public static Variable apply(Tape tape, Pool2dShape shape, boolean countPadding, Variable x) {
    Tensor y = tape.empty(shape.n(), shape.outH(), shape.outW(), shape.c());
    var pooling = tape.backend().pooling();
    pooling.averagePool(shape, countPadding, x.value(), y);
    return tape.record(
        "averagePool",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          pooling.averagePoolBackward(shape, countPadding, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
