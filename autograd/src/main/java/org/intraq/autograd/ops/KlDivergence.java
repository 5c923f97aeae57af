package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * KL(softmax(teacher / T) || softmax(student / T)) of each row, as a vector [R]; the teacher is a
 * constant (Hinton et al. 2015).
 */
public final class KlDivergence {
  private KlDivergence() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Tensor teacher, Variable student, float temperature) {
    Tensor y = tape.empty(student.value().extent(0));
    var loss = tape.backend().loss();
    loss.klDivergence(teacher, student.value(), temperature, y);
    return tape.record(
        "klDivergence",
        y,
        dy -> {
          Tensor dx = tape.empty(student.shape());
          loss.klDivergenceBackward(teacher, student.value(), temperature, dy, dx);
          tape.accumulate(student, dx);
        },
        student);
  }
}
