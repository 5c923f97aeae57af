package org.intraq.quantize;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.FakeQuantize;
import org.intraq.config.QuantizerConfig.Gradient;
import org.intraq.config.QuantizerConfig.Granularity;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.QuantizedConvolutionOps.Quantizer;

/**
 * Turns a forward pass into that of the quantized network, in floating point: every weight tensor
 * and every output of a ReLU becomes the value that its code stands for.
 *
 * <pre>{@code
 * m = (2^k - 1) / max(hi - lo, 1e-8)      z = round(m lo) + 2^(k-1)
 * q(x) = clamp(round(m x - z), -2^(k-1), 2^(k-1) - 1)      x' = (q(x) + z) / m
 * }</pre>
 *
 * <p>Weights take the range they have at this moment, activations a fixed one. The gradient goes
 * straight through, on demand only where nothing was clamped.
 *
 * <p>Source: the paper, section 3.1.
 */
public final class FakeQuantizer implements Hooks {
  /** With so many bits a sum that is off by 1.6e-6 of the range takes another code once in 10^4. */
  private static final int COARSE_BITS = 5;

  private final BitPlan plan;
  private final boolean coarse;
  private final WeightRanges weightRanges;
  private final ActivationRanges activationRanges;
  private final boolean masked;

  /**
   * Makes one.
   *
   * @param weightRanges null if the weights are quantized already
   */
  public FakeQuantizer(
      BitPlan plan,
      WeightRanges weightRanges,
      ActivationRanges activationRanges,
      Gradient gradient) {
    this.plan = plan;
    coarse = plan.allActivations().values().stream().allMatch(bits -> bits <= COARSE_BITS);
    this.weightRanges = weightRanges;
    this.activationRanges = activationRanges;
    this.masked = gradient == Gradient.MASKED;
  }

  @Override
  public Variable weight(Tape tape, Node node, Variable weight) {
    int bits = plan.weights(node);
    if (bits == 0 || weightRanges == null) {
      return weight;
    }
    Tensor range = weightRanges.of(tape, node, weight.value());
    return weightRanges.granularity() == Granularity.CHANNEL
        ? FakeQuantize.channels(tape, weight, range, bits, masked)
        : FakeQuantize.apply(tape, weight, range, bits, masked);
  }

  /**
   * In training a coarse code may fall to either side of a border, which the next step moves; where
   * ranges are chosen, or the network is to be reproduced elsewhere, it may not.
   */
  @Override
  public boolean direct(Tape tape, Node.Conv node) {
    return !(coarse && tape.isRecording());
  }

  @Override
  public Quantizer quantizer(Node.Activation node) {
    int bits = plan.activations(node);
    return bits == 0 ? null : new Quantizer(activationRanges.tensor(node.name()), bits, masked);
  }

  @Override
  public Variable activation(Tape tape, Node.Activation node, Variable y) {
    int bits = plan.activations(node);
    if (bits == 0) {
      return y;
    }
    Variable quantized =
        FakeQuantize.apply(tape, y, activationRanges.tensor(node.name()), bits, masked);
    tape.discard(y);
    return quantized;
  }
}
