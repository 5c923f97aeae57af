package org.intraq.finetune;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.CrossEntropy;
import org.intraq.autograd.ops.KlDivergence;
import org.intraq.autograd.ops.MeanSquaredError;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.autograd.ops.Sum;
import org.intraq.config.FineTuningConfig;
import org.intraq.models.net.Forward;
import org.intraq.tensor.Tensor;

/**
 * What the student learns from: the labels, and the teacher's softened probabilities.
 *
 * <pre>{@code
 * L = CE(Q, y) + 20 T^2 KL(softmax(F / T) || softmax(Q / T)),   both averaged over the batch
 * }</pre>
 *
 * <p>For large T the second term is 10 / C times the squared difference of the centred logits. A
 * third term, off in the paper's form, is the squared error of the pooled features relative to
 * their power. Source: the paper, equations 12 to 14; Hinton et al., Distilling the Knowledge in a
 * Neural Network, 2015.
 */
public final class DistillationLoss {
  private final float temperature;
  private final float distillation;
  private final float crossEntropy;
  private final float features;

  /** Makes the loss. */
  public DistillationLoss(FineTuningConfig config) {
    this.temperature = (float) config.temperature();
    this.distillation = (float) (config.distillation() * temperature * temperature);
    this.crossEntropy = (float) config.crossEntropy();
    this.features = (float) config.features();
  }

  /**
   * The loss [1].
   *
   * @param teacher logits [N, classes]
   * @param teacherFeatures [N, C]
   * @param labels S32 [N]
   */
  public Variable apply(
      Tape tape, Tensor teacher, Tensor teacherFeatures, Tensor labels, Forward.Result student) {
    Variable kl = KlDivergence.apply(tape, teacher, student.logits(), temperature);
    Variable loss = ScaleShift.apply(tape, distillation, Sum.mean(tape, kl), 0f);
    if (crossEntropy != 0) {
      Variable ce = CrossEntropy.apply(tape, student.logits(), labels, 0f);
      loss = Add.apply(tape, ScaleShift.apply(tape, crossEntropy, Sum.mean(tape, ce), 0f), loss);
    }
    if (features != 0) {
      Variable error = MeanSquaredError.apply(tape, student.features(), teacherFeatures);
      float power = meanSquare(tape, teacherFeatures);
      loss = Add.apply(tape, loss, ScaleShift.apply(tape, features / power, error, 0f));
    }
    return loss;
  }

  private static float meanSquare(Tape tape, Tensor x) {
    Tensor square = tape.empty(1);
    tape.backend().reduction().sumSquares(x, square);
    return Math.max(1e-12f, tape.backend().memory().item(square) / x.size());
  }
}
