package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** Row r of a matrix [R, C] as a vector [C]. */
public final class Row {
  private Row() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable matrix, int row) {
    return tape.record(
        "row",
        Rows.of(matrix.value(), row),
        dy -> {
          Tensor dx = tape.scope().zeros(matrix.shape());
          tape.backend().memory().copy(dy, Rows.of(dx, row));
          tape.accumulate(matrix, dx);
        },
        matrix);
  }
}
