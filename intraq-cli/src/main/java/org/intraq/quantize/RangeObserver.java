package org.intraq.quantize;

import java.util.HashMap;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.CalibrationConfig;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.quantize.ActivationRanges.Range;

/**
 * Calibrates: at every activation the range of the batch joins the average, and the pass goes on
 * with values quantized by the joined range, so that later layers see what they will see.
 */
public final class RangeObserver implements Hooks {
  private record Ends(RangeAverage lo, RangeAverage hi) {}

  private final BitPlan plan;
  private final FakeQuantizer quantizer;
  private final ActivationRanges ranges;
  private final CalibrationConfig config;
  private final RangeRule rule;
  private final Map<String, Ends> averages = new HashMap<>();

  /** Observes into {@code ranges}, which {@code quantizer} uses. */
  public RangeObserver(
      BitPlan plan, FakeQuantizer quantizer, ActivationRanges ranges, CalibrationConfig config) {
    this.plan = plan;
    this.quantizer = quantizer;
    this.ranges = ranges;
    this.config = config;
    this.rule = new RangeRule(config.range(), config.percentile());
  }

  @Override
  public Variable weight(Tape tape, Node node, Variable weight) {
    return quantizer.weight(tape, node, weight);
  }

  @Override
  public Variable activation(Tape tape, Node.Activation node, Variable y) {
    int bits = plan.activations(node);
    if (bits == 0) {
      return y;
    }
    Ends ends =
        averages.computeIfAbsent(
            node.name(),
            name ->
                new Ends(
                    RangeAverage.of(config.average(), config.momentum()),
                    RangeAverage.of(config.average(), config.momentum())));
    Range batch = rule.of(tape.backend(), y.value(), bits);
    ranges.put(
        node.name(),
        new Range((float) ends.lo().update(batch.lo()), (float) ends.hi().update(batch.hi())));
    return quantizer.activation(tape, node, y);
  }
}
