package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** Y = A * B for matrices A [M, K] and B [K, N]. */
public final class MatMul {
  private MatMul() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable a, Variable b) {
    Tensor y = tape.empty(a.value().extent(0), b.value().extent(1));
    var gemm = tape.backend().gemm();
    gemm.gemm(false, false, 1f, a.value(), b.value(), 0f, y);
    return tape.record(
        "matMul",
        y,
        dy -> {
          if (a.requiresGrad()) {
            Tensor da = tape.empty(a.shape());
            gemm.gemm(false, true, 1f, dy, b.value(), 0f, da);
            tape.accumulate(a, da);
          }
          if (b.requiresGrad()) {
            Tensor db = tape.empty(b.shape());
            gemm.gemm(true, false, 1f, a.value(), dy, 0f, db);
            tape.accumulate(b, db);
          }
        },
        a,
        b);
  }
}
