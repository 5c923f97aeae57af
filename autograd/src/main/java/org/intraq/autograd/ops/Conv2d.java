package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Two-dimensional convolution of x [N, H, W, IC] with w [KH, KW, IC / groups, OC]. */
public final class Conv2d {
  private Conv2d() {}

  /** Applies the operation; the batch size is that of {@code x}. */
  public static Variable apply(Tape tape, Conv2dShape geometry, Variable x, Variable w) {
    Conv2dShape shape = geometry.withBatch(x.value().extent(0));
    Tensor y = tape.empty(shape.n(), shape.outH(), shape.outW(), shape.oc());
    var convolution = tape.backend().convolution();
    convolution.forward(shape, x.value(), w.value(), y);
    return tape.record(
        "conv2d",
        y,
        dy -> {
          if (x.requiresGrad()) {
            Tensor dx = tape.empty(x.shape());
            convolution.backwardInput(shape, dy, w.value(), dx);
            tape.accumulate(x, dx);
          }
          if (w.requiresGrad()) {
            Tensor dw = tape.empty(w.shape());
            convolution.backwardWeights(shape, x.value(), dy, 0f, dw);
            tape.accumulate(w, dw);
          }
        },
        x,
        w);
  }
}
