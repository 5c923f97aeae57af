package org.intraq.models.net;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.FoldBatchNorm;
import org.intraq.autograd.ops.Multiply;
import org.intraq.autograd.ops.Row;
import org.intraq.tensor.Tensor;

/** The tensors of a BatchNorm layer in one pass. */
final class Norm {
  private static final float MOMENTUM = 0.1f;

  private final Tape tape;
  private final Parameters parameters;
  private final Hooks hooks;
  private final Node.BatchNorm node;
  private final Variable gamma;
  private final Variable beta;
  private final Tensor mean;
  private final Tensor variance;

  Norm(Tape tape, Parameters parameters, Hooks hooks, Node.BatchNorm node) {
    this.tape = tape;
    this.parameters = parameters;
    this.hooks = hooks;
    this.node = node;
    gamma = parameters.get(node.name() + ".weight");
    beta = parameters.get(node.name() + ".bias");
    mean = parameters.get(node.name() + ".running_mean").value();
    variance = parameters.get(node.name() + ".running_var").value();
  }

  Variable gamma() {
    return gamma;
  }

  Variable beta() {
    return beta;
  }

  /** Scale and shift of evaluation mode, [2, C]. */
  Variable fold() {
    if (!gamma.requiresGrad() && !beta.requiresGrad()) {
      return Variable.constant(parameters.folded(node));
    }
    return FoldBatchNorm.apply(tape, gamma, beta, mean, variance, node.eps());
  }

  /** The scale, joined with that of the sums in front. */
  Variable scale(Variable folded) {
    Variable scale = Row.apply(tape, folded, 0);
    Tensor unit = node.input() instanceof Node.Conv conv ? hooks.scale(tape, conv) : null;
    return unit == null ? scale : Multiply.apply(tape, scale, Variable.constant(unit));
  }

  /** Moves the running statistics; PyTorch keeps the unbiased variance. */
  void update(Tensor batchMean, Tensor batchVariance, int samples) {
    blend(mean, batchMean, 1f);
    blend(variance, batchVariance, (float) samples / Math.max(1, samples - 1));
    parameters.statisticsChanged(node);
  }

  /** running = 0.9 * running + 0.1 * correction * batch. */
  private void blend(Tensor running, Tensor batch, float correction) {
    tape.backend()
        .elementwise()
        .linear(1f - MOMENTUM, running, MOMENTUM * correction, batch, running);
  }
}
