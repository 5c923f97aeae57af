package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Window maxima of x [N, H, W, C]; the gradient goes to the place of the maximum. */
public final class MaxPool {
  private MaxPool() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Pool2dShape shape, Variable x) {
    Tensor y = tape.empty(shape.n(), shape.outH(), shape.outW(), shape.c());
    Tensor argmax = tape.empty(DType.S32, shape.n(), shape.outH(), shape.outW(), shape.c());
    var pooling = tape.backend().pooling();
    pooling.maxPool(shape, x.value(), y, argmax);
    return tape.record(
        "maxPool",
        y,
        dy -> {
          Tensor dx = tape.empty(x.shape());
          pooling.maxPoolBackward(shape, dy, argmax, dx);
          tape.accumulate(x, dx);
        },
        x);
  }
}
