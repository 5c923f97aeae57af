package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y[r] = the cosine of the angle between a[r] and b[r], for a and b [R, C]. */
public final class CosineSimilarity {
  private CosineSimilarity() {}

  /** Applies the operation; norms below {@code eps} count as {@code eps}. */
  public static Variable apply(Tape tape, Variable a, Variable b, float eps) {
    Tensor y = tape.empty(a.value().extent(0));
    var loss = tape.backend().loss();
    loss.cosineSimilarity(a.value(), b.value(), eps, y);
    return tape.record(
        "cosineSimilarity",
        y,
        dy -> {
          if (a.requiresGrad()) {
            Tensor da = tape.empty(a.shape());
            loss.cosineSimilarityBackward(a.value(), b.value(), eps, dy, da);
            tape.accumulate(a, da);
          }
          if (b.requiresGrad()) {
            Tensor db = tape.empty(b.shape());
            loss.cosineSimilarityBackward(b.value(), a.value(), eps, dy, db);
            tape.accumulate(b, db);
          }
        },
        a,
        b);
  }
}
