package org.intraq.bench.step;

import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Work;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.tensor.backend.Backend;

/**
 * A whole step: everything that one iteration of synthesis or fine-tuning, or one batch of
 * inference, does.
 *
 * @param kind what runs
 * @param network its registry name
 * @param side height and width of the images; 0 for the network's own
 * @param batch images
 * @param quick whether it stands for its group in quick runs
 */
public record StepCase(Kind kind, String network, int side, int batch, boolean quick)
    implements Case {
  /**
   * Losses agree to rounding; a gradient element can move by as much as a rectifier's input that
   * lies within rounding of zero lets it.
   */
  private static final double TOLERANCE = 1e-3;

  /** Kinds of steps, with the passes over the network that their arithmetic is counted as. */
  public enum Kind {
    /** Forward, backward to the images. */
    SYNTHESIS(2),
    /** Teacher forward; student forward, backward to inputs and weights. */
    FINE_TUNING(4),
    /** Forward. */
    INFERENCE(1);

    private final int passes;

    Kind(int passes) {
      this.passes = passes;
    }
  }

  @Override
  public String group() {
    return switch (kind) {
      case SYNTHESIS -> network.contains("cifar") ? "synthesis-resnet20" : "synthesis-224";
      case FINE_TUNING -> "fine-tuning";
      case INFERENCE -> "inference";
    };
  }

  @Override
  public String shape() {
    return network + ":batch" + batch;
  }

  /** The data. */
  public StepData data() {
    return new StepData(StepData.network(network, side), batch);
  }

  @Override
  public Work work() {
    Network net = StepData.network(network, side);
    double multiplyAdds = 0;
    for (Node.Conv conv : net.all(Node.Conv.class)) {
      multiplyAdds += conv.geometry().multiplyAdds();
    }
    return Work.arithmetic(2.0 * multiplyAdds * batch * kind.passes);
  }

  @Override
  public Instance make(Backend backend) {
    return switch (kind) {
      case SYNTHESIS -> new SynthesisStep(backend, data());
      case FINE_TUNING -> new FineTuningStep(backend, data());
      case INFERENCE -> new InferenceStep(backend, data());
    };
  }

  @Override
  public Case small() {
    return batch <= 2 ? this : new StepCase(kind, network, StepData.smallSide(network), 2, false);
  }

  @Override
  public double tolerance() {
    return TOLERANCE;
  }
}
