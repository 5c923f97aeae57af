package org.intraq.synthesis;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.CosineSimilarity;
import org.intraq.autograd.ops.Relu;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.autograd.ops.WeightedSum;
import org.intraq.tensor.Tensor;

/**
 * Marginal distance constraint: features keep a distance from their class centre that is neither
 * too small nor too large.
 *
 * <pre>{@code
 * d = 1 - cos(f, c)
 * L = max(lambda_l - d, 0) + max(d - lambda_u, 0),  averaged over images whose class has a centre
 * }</pre>
 *
 * <p>Source: the paper, equations 7 and 8.
 */
public final class MarginalDistanceConstraint {
  /** The two hinges, each [1]. */
  public record Terms(Variable lower, Variable upper) {}

  private static final float NORM_GUARD = 1e-8f;
  private static final float COUNT_GUARD = 1e-6f;

  private final float lower;
  private final float upper;

  /** Makes the constraint with margins lambda_l and lambda_u. */
  public MarginalDistanceConstraint(double lower, double upper) {
    this.lower = (float) lower;
    this.upper = (float) upper;
  }

  /**
   * The loss.
   *
   * @param features [N, C]
   * @param centres [N, C], each image's class centre, a constant
   * @param weights [N] from {@link #weights}
   */
  public Terms apply(Tape tape, Variable features, Tensor centres, Tensor weights) {
    Variable cosine =
        CosineSimilarity.apply(tape, features, Variable.constant(centres), NORM_GUARD);
    Variable tooNear = ScaleShift.apply(tape, 1f, cosine, lower - 1f);
    Variable tooFar = ScaleShift.apply(tape, -1f, cosine, 1f - upper);
    return new Terms(
        WeightedSum.apply(tape, Relu.apply(tape, tooNear), weights),
        WeightedSum.apply(tape, Relu.apply(tape, tooFar), weights));
  }

  /** 1 / (count + 1e-6) for the images whose class has a centre, 0 for the others. */
  public static float[] weights(boolean[] hasCentre) {
    int count = 0;
    for (boolean has : hasCentre) {
      count += has ? 1 : 0;
    }
    float[] weights = new float[hasCentre.length];
    for (int i = 0; i < weights.length; i++) {
      weights[i] = hasCentre[i] ? 1f / (count + COUNT_GUARD) : 0f;
    }
    return weights;
  }
}
