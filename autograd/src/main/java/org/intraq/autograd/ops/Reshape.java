package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;

/** The same elements under other extents; a view. */
public final class Reshape {
  private Reshape() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, int... extents) {
    return tape.record(
        "reshape",
        x.value().reshape(extents),
        dy -> tape.accumulate(x, dy.reshape(x.shape().toArray())),
        x);
  }
}
