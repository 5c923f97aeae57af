package org.intraq.synthesis;

import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.MeanSquaredError;
import org.intraq.autograd.ops.Row;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.config.ConfigException;
import org.intraq.config.SynthesisConfig.StatisticsScale;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Tensor;

/**
 * BatchNorm statistics loss: the inputs of every BatchNorm layer should have the mean and the
 * variance that the layer met in training.
 *
 * <pre>{@code
 * L = 1/L sum over l of ( 1/C |mean_l(x) - mu_l|^2 + 1/C |variance_l(x) - var_l|^2 )
 * }</pre>
 *
 * <p>With {@link StatisticsScale#LAYER} the two terms of a layer are divided by 1/C sum var_l and
 * by 1/C sum var_l^2: the loss is then the same whatever the scale of a layer's weights, which
 * BatchNorm leaves free.
 *
 * <p>Means and biased variances are over N, H and W. As {@link Hooks} it asks the forward pass for
 * them. Source: the paper, equation 3.
 */
public final class BatchNormStatisticsLoss implements Hooks {
  private static final double SMALLEST = 1e-12;

  /** The two halves of the loss, each [1]. */
  public record Terms(Variable mean, Variable variance) {}

  private final Parameters teacher;
  private final List<Node.BatchNorm> layers;
  private final float[] meanScale;
  private final float[] varianceScale;

  /** The loss for a network as the paper has it. */
  public BatchNormStatisticsLoss(Parameters teacher) {
    this(teacher, StatisticsScale.ABSOLUTE);
  }

  /**
   * The loss for a network.
   *
   * @throws ConfigException if the network has no BatchNorm layers
   */
  public BatchNormStatisticsLoss(Parameters teacher, StatisticsScale scale) {
    this.teacher = teacher;
    this.layers = teacher.network().all(Node.BatchNorm.class);
    if (layers.isEmpty()) {
      throw new ConfigException(
          "network "
              + teacher.network().name()
              + " has no BatchNorm layers, whose statistics the images are made from; use a network with BatchNorm that is not folded into its convolutions");
    }
    this.meanScale = new float[layers.size()];
    this.varianceScale = new float[layers.size()];
    for (int l = 0; l < layers.size(); l++) {
      scale(l, scale);
    }
  }

  private void scale(int l, StatisticsScale scale) {
    meanScale[l] = 1;
    varianceScale[l] = 1;
    if (scale == StatisticsScale.LAYER) {
      double sum = 0;
      double squares = 0;
      var memory = teacher.scope().backend().memory();
      float[] variances = memory.toArray(running(layers.get(l), "running_var"));
      for (float variance : variances) {
        sum += variance;
        squares += (double) variance * variance;
      }
      meanScale[l] = (float) (variances.length / Math.max(sum, SMALLEST));
      varianceScale[l] = (float) (variances.length / Math.max(squares, SMALLEST));
    }
  }

  private Tensor running(Node.BatchNorm layer, String statistic) {
    return teacher.get(layer.name() + "." + statistic).value();
  }

  @Override
  public boolean wantsMoments(Node.BatchNorm node) {
    return true;
  }

  /** The loss of a pass that ran with this as its hooks. */
  public Terms apply(Tape tape, Forward.Result result) {
    return new Terms(
        term(tape, result, 0, "running_mean", meanScale),
        term(tape, result, 1, "running_var", varianceScale));
  }

  private Variable term(Tape tape, Forward.Result result, int row, String target, float[] scales) {
    Variable[] errors = new Variable[layers.size()];
    for (int l = 0; l < errors.length; l++) {
      Node.BatchNorm layer = layers.get(l);
      Variable statistic = Row.apply(tape, result.moments().get(layer.name()), row);
      Variable error = MeanSquaredError.apply(tape, statistic, running(layer, target));
      errors[l] = scales[l] == 1 ? error : ScaleShift.apply(tape, scales[l], error, 0f);
    }
    return Scalars.scaledSum(tape, 1f / errors.length, errors);
  }
}
