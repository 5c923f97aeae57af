package org.intraq.autograd.optim;

import java.util.List;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/** Clipping by the global norm of all gradients together (Pascanu et al. 2013). */
public final class GradientClipping {
  private GradientClipping() {}

  /** The Euclidean norm of all gradients together; NaN or infinite if one of them is. */
  public static double globalNorm(Backend backend, List<Variable> parameters) {
    double sum = 0;
    try (Scope scope = new Scope(backend, "gradient norm")) {
      Tensor square = scope.f32(1);
      for (Variable p : parameters) {
        if (p.hasGrad()) {
          backend.reduction().sumSquares(p.grad(), square);
          sum += backend.memory().item(square);
        }
      }
    }
    return Math.sqrt(sum);
  }

  /**
   * The factor that brings a norm down to {@code limit}: limit / norm if the norm is larger, else
   * 1.
   */
  public static float scale(double norm, double limit) {
    return norm > limit ? (float) (limit / norm) : 1f;
  }
}
