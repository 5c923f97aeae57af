package org.intraq.quantize;

import org.intraq.config.QuantizerConfig;
import org.intraq.models.net.Network;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.tensor.backend.Backend;

/** A network in the making: trainable parameters, widths, ranges, and the hooks that quantize. */
public final class QuantizedNetwork implements AutoCloseable {
  private final Parameters parameters;
  private final BitPlan plan;
  private final QuantizerConfig config;
  private final WeightRanges weightRanges;
  private final ActivationRanges activationRanges;
  private final FakeQuantizer quantizer;

  /** A network with the pre-trained weights and no activation ranges yet. */
  public QuantizedNetwork(
      Backend backend, Network network, Weights weights, BitPlan plan, QuantizerConfig config) {
    this.parameters = new Parameters(backend, network, weights, true);
    this.plan = plan;
    this.config = config;
    this.weightRanges =
        new WeightRanges(parameters, plan, config.weightGranularity(), config.weightRange());
    this.activationRanges = new ActivationRanges(backend);
    this.quantizer = new FakeQuantizer(plan, weightRanges, activationRanges, config.gradient());
  }

  /** The full-precision parameters under the quantizer. */
  public Parameters parameters() {
    return parameters;
  }

  /** The widths. */
  public BitPlan plan() {
    return plan;
  }

  /** How it is quantized. */
  public QuantizerConfig config() {
    return config;
  }

  /** The ranges of the weights. */
  public WeightRanges weightRanges() {
    return weightRanges;
  }

  /** The ranges of the activations. */
  public ActivationRanges activationRanges() {
    return activationRanges;
  }

  /** The hooks that make a forward pass that of the quantized network. */
  public FakeQuantizer quantizer() {
    return quantizer;
  }

  @Override
  public void close() {
    weightRanges.close();
    activationRanges.close();
    parameters.close();
  }
}
