package org.intraq.synthesis;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.MeanSquaredError;
import org.intraq.autograd.ops.Pick;
import org.intraq.autograd.ops.Softmax;
import org.intraq.config.SynthesisConfig;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * Soft inception loss: the probability of an image's class comes near a target below 1, so that
 * images of a class are of different difficulty.
 *
 * <pre>{@code
 * L = 1/N sum over i of (softmax(logits_i)[y_i] - u_i)^2,   u_i ~ U(epsilon, 1)
 * }</pre>
 *
 * <p>Source: the paper, equations 9 and 10.
 */
public final class SoftInceptionLoss {
  private SoftInceptionLoss() {}

  /** The loss [1] of logits [N, classes] with labels S32 [N] and targets [N]. */
  public static Variable apply(Tape tape, Variable logits, Tensor labels, Tensor targets) {
    Variable probability = Pick.apply(tape, Softmax.apply(tape, logits), labels);
    return MeanSquaredError.apply(tape, probability, targets);
  }

  /** The targets of a batch, drawn once: U(epsilon, 1) with probability soft-share, else 1. */
  public static float[] drawTargets(PhiloxRandom random, SynthesisConfig.Inception config, int n) {
    float[] targets = new float[n];
    for (int i = 0; i < n; i++) {
      boolean soft = random.uniform() < config.softShare();
      float u = random.uniform((float) config.epsilon(), 1f);
      targets[i] = soft ? u : 1f;
    }
    return targets;
  }
}
