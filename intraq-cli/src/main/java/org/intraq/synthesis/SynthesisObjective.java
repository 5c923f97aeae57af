package org.intraq.synthesis;

import java.util.ArrayList;
import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.CrossEntropy;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.autograd.ops.Sum;
import org.intraq.config.ConfigException;
import org.intraq.config.SynthesisConfig;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Tensor;

/**
 * What images are optimised for: BatchNorm statistics, soft inception and marginal distance, each
 * times its weight.
 *
 * <p>Source: the paper, equation 11.
 */
public final class SynthesisObjective {
  /**
   * What does not change while a batch is optimised.
   *
   * @param labels S32 [N]
   * @param targets [N] of the soft inception loss
   * @param centres [N, C], each image's class centre
   * @param centreWeights [N] from {@link MarginalDistanceConstraint#weights}
   */
  public record Goals(Tensor labels, Tensor targets, Tensor centres, Tensor centreWeights) {}

  /** The terms as variables [1]; null where a term is off. */
  public record Loss(
      Variable statisticsMean,
      Variable statisticsVariance,
      Variable inception,
      Variable marginalLower,
      Variable marginalUpper,
      Variable total,
      Forward.Result result) {}

  private final Parameters teacher;
  private final SynthesisConfig config;
  private final BatchNormStatisticsLoss statistics;
  private final MarginalDistanceConstraint marginal;

  /** The objective for images of {@code teacher}. */
  public SynthesisObjective(Parameters teacher, SynthesisConfig config) {
    this.teacher = teacher;
    this.config = config;
    this.statistics = new BatchNormStatisticsLoss(teacher, config.statistics().scale());
    this.marginal =
        new MarginalDistanceConstraint(config.marginal().lower(), config.marginal().upper());
  }

  /** Records the loss of images [N, H, W, C]. */
  public Loss apply(Tape tape, Variable images, Goals goals) {
    Forward.Result result = Forward.run(tape, teacher, images, Forward.Mode.EVALUATE, statistics);
    List<Variable> weighted = new ArrayList<>();

    var bns = statistics.apply(tape, result);
    add(tape, weighted, config.statistics().weight(), bns.mean(), bns.variance());

    Variable sil = inception(tape, result.logits(), goals);
    if (sil != null) {
      add(tape, weighted, config.inception().weight(), sil);
    }

    MarginalDistanceConstraint.Terms mdc = null;
    if (config.marginal().enabled()) {
      mdc = marginal.apply(tape, result.features(), goals.centres(), goals.centreWeights());
      add(tape, weighted, config.marginal().weight(), mdc.lower(), mdc.upper());
    }

    if (weighted.isEmpty()) {
      throw new ConfigException(
          "synthesis: every term of the loss has weight 0; give at least one of statistics, inception and marginal a weight");
    }
    tape.retain(result.logits());
    Variable total = Scalars.scaledSum(tape, 1f, weighted.toArray(Variable[]::new));
    return new Loss(
        tape.retain(bns.mean()),
        tape.retain(bns.variance()),
        sil == null ? null : tape.retain(sil),
        mdc == null ? null : tape.retain(mdc.lower()),
        mdc == null ? null : tape.retain(mdc.upper()),
        tape.retain(total),
        result);
  }

  private Variable inception(Tape tape, Variable logits, Goals goals) {
    return switch (config.inception().kind()) {
      case SOFT -> SoftInceptionLoss.apply(tape, logits, goals.labels(), goals.targets());
      case CROSS_ENTROPY -> Sum.mean(tape, CrossEntropy.apply(tape, logits, goals.labels(), 0f));
      case NONE -> null;
    };
  }

  private static void add(Tape tape, List<Variable> weighted, double weight, Variable... terms) {
    for (Variable term : terms) {
      if (weight != 0) {
        weighted.add(weight == 1 ? term : ScaleShift.apply(tape, (float) weight, term, 0f));
      }
    }
  }
}
