package org.intraq.synthesis;

import java.util.List;
import java.util.function.Function;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.MeanSquaredError;
import org.intraq.autograd.ops.Row;
import org.intraq.config.ConfigException;
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
 * <p>Means and biased variances are over N, H and W. As {@link Hooks} it asks the forward pass for
 * them. Source: the paper, equation 3.
 */
public final class BatchNormStatisticsLoss implements Hooks {
  /** The two halves of the loss, each [1]. */
  public record Terms(Variable mean, Variable variance) {}

  private final Parameters teacher;
  private final List<Node.BatchNorm> layers;

  /**
   * The loss for a network.
   *
   * @throws ConfigException if the network has no BatchNorm layers
   */
  public BatchNormStatisticsLoss(Parameters teacher) {
    this.teacher = teacher;
    this.layers = teacher.network().all(Node.BatchNorm.class);
    if (layers.isEmpty()) {
      throw new ConfigException(
          "network "
              + teacher.network().name()
              + " has no BatchNorm layers, whose statistics the images are made from; use a network with BatchNorm that is not folded into its convolutions");
    }
  }

  @Override
  public boolean wantsMoments(Node.BatchNorm node) {
    return true;
  }

  /** The loss of a pass that ran with this as its hooks. */
  public Terms apply(Tape tape, Forward.Result result) {
    return new Terms(
        term(tape, result, 0, l -> teacher.get(l.name() + ".running_mean").value()),
        term(tape, result, 1, l -> teacher.get(l.name() + ".running_var").value()));
  }

  private Variable term(
      Tape tape, Forward.Result result, int row, Function<Node.BatchNorm, Tensor> target) {
    Variable[] errors = new Variable[layers.size()];
    for (int l = 0; l < errors.length; l++) {
      Node.BatchNorm layer = layers.get(l);
      Variable statistic = Row.apply(tape, result.moments().get(layer.name()), row);
      errors[l] = MeanSquaredError.apply(tape, statistic, target.apply(layer));
    }
    return Scalars.scaledSum(tape, 1f / errors.length, errors);
  }
}
