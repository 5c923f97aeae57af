package org.intraq.synthesis;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.ScaleShift;

/** Sums of losses. */
final class Scalars {
  private Scalars() {}

  /** factor (t_0 + t_1 + ...), added from the left. */
  static Variable scaledSum(Tape tape, float factor, Variable... terms) {
    Variable sum = terms[0];
    for (int i = 1; i < terms.length; i++) {
      sum = Add.apply(tape, sum, terms[i]);
    }
    return factor == 1f ? sum : ScaleShift.apply(tape, factor, sum, 0f);
  }
}
