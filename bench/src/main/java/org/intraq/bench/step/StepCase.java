package org.intraq.bench.step;

import java.util.Arrays;
import java.util.Optional;
import org.intraq.bench.harness.Agreement;
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
  /** Rounding of a network's outputs and losses, relative to the largest. */
  private static final double ROUNDING = 2e-5;

  /**
   * Images and their side up to which hardly any rectifier's input lies within rounding of zero.
   */
  private static final int SMALL_BATCH = 4;

  private static final double FINE_TUNING_LOSS = 1e-3;

  private static final double SMALL_GRADIENT = 2e-3;

  /**
   * What rectifiers do to a gradient, as a relative distance: of so many millions, some have an
   * input within rounding of zero and pass a gradient or not. PyTorch's own single precision is
   * this far from its double precision, and further than this engine (see the peers'
   * StepAgreementTest).
   */
  private static final double GRADIENT = 0.1;

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
    StepCase small = new StepCase(kind, network, StepData.smallSide(network), 2, false);
    return batch <= 2 && side == small.side ? this : small;
  }

  @Override
  public Optional<String> difference(float[] expected, float[] actual) {
    int losses =
        switch (kind) {
          case SYNTHESIS -> SynthesisStep.LOSSES;
          case FINE_TUNING -> 1;
          case INFERENCE -> expected.length;
        };
    if (expected.length != actual.length) {
      return Optional.of("expected " + expected.length + " values, got " + actual.length);
    }
    // Rounded to 4 bits an activation moves by a step where the rounding of sums decides.
    double rounding = kind == Kind.FINE_TUNING ? FINE_TUNING_LOSS : ROUNDING;
    Optional<String> values =
        Agreement.elementwise(
            Arrays.copyOf(expected, losses), Arrays.copyOf(actual, losses), rounding, 0);
    if (values.isPresent() || losses == expected.length) {
      return values;
    }
    return Agreement.norm(
        Arrays.copyOfRange(expected, losses, expected.length),
        Arrays.copyOfRange(actual, losses, actual.length),
        batch <= SMALL_BATCH ? SMALL_GRADIENT : GRADIENT);
  }
}
