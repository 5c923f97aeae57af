package org.intraq.bench.step;

import org.intraq.bench.harness.Data;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.Settings;
import org.intraq.models.zoo.Zoo;

/**
 * The data of a step, a function of network and batch alone, so that every library works on the
 * same.
 *
 * @param network the network
 * @param batch images
 */
public record StepData(Network network, int batch) {
  private static final int SMALL_SIDE = 32;

  /** The network of that name, for images of another size where {@code side} is not 0. */
  public static Network network(String name, int side) {
    Architecture architecture = Zoo.get(name).architecture();
    Settings s = architecture.settings();
    return side == 0
        ? architecture.build(name)
        : architecture
            .with(new Settings(side, s.channels(), s.classes(), s.padding(), s.eps()))
            .build(name);
  }

  /** The image size of a small case; 0 if the network's own is small already. */
  static int smallSide(String name) {
    return Zoo.get(name).architecture().settings().size() > SMALL_SIDE ? SMALL_SIDE : 0;
  }

  /**
   * Weights that keep activations at the same scale through the layers: convolutions uniform with
   * variance 2 / terms, BatchNorm near the identity.
   */
  public Weights weights() {
    Weights weights = new Weights();
    network.tensors().forEach((name, shape) -> weights.put(name, shape, values(name, shape)));
    return weights;
  }

  private static float[] values(String name, int[] shape) {
    int size = 1;
    for (int extent : shape) {
      size *= extent;
    }
    long seed = name.hashCode();
    if (shape.length == 1) {
      boolean positive =
          name.endsWith(".running_var") || (name.endsWith(".weight") && !name.startsWith("output"));
      return positive
          ? Data.uniform(seed, size, 0.6f, 1.2f)
          : Data.uniform(seed, size, -0.2f, 0.2f);
    }
    float bound = (float) Math.sqrt(6.0 * shape[0] / size);
    return Data.uniform(seed, size, -bound, bound);
  }

  /** Images [N, H, W, C]. */
  public float[] images() {
    Node.Input in = network.input();
    return Data.uniform(11, batch * in.h() * in.w() * in.c(), -1.7f, 1.7f);
  }

  /** Labels [N]. */
  public int[] labels() {
    return Data.below(12, batch, network.classes());
  }

  /** Targets of the soft inception loss [N]. */
  public float[] targets() {
    return Data.uniform(13, batch, 0.9f, 1f);
  }

  /** Width of the pooled features. */
  public int featureWidth() {
    return ((Node.Linear) network.output()).in();
  }

  /** Class centres, one row for each image [N, C]. */
  public float[] centres() {
    return Data.uniform(14, batch * featureWidth(), 0f, 1f);
  }

  /** Crop boxes [N, 4]. */
  public int[] boxes() {
    Node.Input in = network.input();
    return Data.boxes(15, batch, in.h(), in.w());
  }

  /** Which crops are mirrored [N]. */
  public int[] flips() {
    return Data.below(16, batch, 2);
  }
}
