package org.intraq.deploy;

import java.util.List;
import org.intraq.models.net.Network;

/**
 * A quantized network as a sequence of kernel calls with a place in memory for every value.
 *
 * <p>Immutable; any number of {@link IntegerNetwork}s, or {@link DeviceNetwork}s, can run it.
 */
public final class Program {
  private final Network network;
  private final List<Step> steps;
  private final Value input;
  private final Value output;
  private final Layout layout;

  Program(Network network, List<Step> steps, Value input, Value output, int guard) {
    this.network = network;
    this.steps = List.copyOf(steps);
    this.input = input;
    this.output = output;
    this.layout = Layout.of(steps, input, output, guard);
  }

  /** The network it computes. */
  public Network network() {
    return network;
  }

  List<Step> steps() {
    return steps;
  }

  Value input() {
    return input;
  }

  Value output() {
    return output;
  }

  Layout layout() {
    return layout;
  }

  /** Throws unless the arrays hold {@code n} images and their logits. */
  void requireRoom(float[] images, int n, float[] logits) {
    int pixels = input.size();
    int classes = network.classes();
    if (n < 0 || (long) n * pixels > images.length || (long) n * classes > logits.length) {
      throw new IllegalArgumentException(
          "integer network: expected %d x %d pixels and room for %d x %d logits, got %d and %d"
              .formatted(n, pixels, n, classes, images.length, logits.length));
    }
  }

  /** Bytes of all weights in memory, with the numbers that belong to each channel. */
  public long weightBytes() {
    return steps.stream().mapToLong(s -> s.row().weightBytes()).sum();
  }

  /** Bytes of the buffers between layers, for one image. */
  public long bufferBytes() {
    return layout.codes() + 4L * layout.floats();
  }

  /** Multiply-adds of one image. */
  public long multiplyAdds() {
    return steps.stream().mapToLong(s -> s.row().multiplyAdds()).sum();
  }

  /** Elements of the largest tensor of weights that is unpacked for a call. */
  int unpackedWeights() {
    int most = 0;
    for (Step step : steps) {
      switch (step) {
        case FloatLayer layer -> most = Math.max(most, layer.weightSize());
        case Classify layer -> most = Math.max(most, layer.weightSize());
        default -> {}
      }
    }
    return most;
  }

  /** One line a step: layer, kernel, bits, bytes of weights, multiply-adds. */
  public List<PlanRow> rows() {
    return steps.stream().map(Step::row).toList();
  }
}
