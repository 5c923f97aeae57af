package org.intraq.deploy;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.intraq.config.Presets;
import org.intraq.config.QuantizerConfig;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.NetworkBuilder.Padding;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.intraq.models.train.Initializer;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.WeightCodes;

/** Quantized networks of random codes, with numbers in the order of a trained network's. */
public final class TinyQuantized {
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  private TinyQuantized() {}

  /**
   * What the two small networks have not: a pooled stem of many channels, a projection shortcut, a
   * linear bottleneck whose expansion reads floats, and layers of 32 channels and more.
   */
  static Network mixture() {
    NetworkBuilder b = new NetworkBuilder(Padding.SAME, 1e-5f);
    Node x = block(b, "stem", b.input(12, 12, 3), 32, 3, 2, 1, INFINITE);
    x = b.maxPool("pool1", x, 3, 1, 1);
    Node y = block(b, "unit.first", x, 40, 3, 2, 1, INFINITE);
    y = b.batchNorm("unit.bn2", b.conv("unit.conv2", y, 40, 3, 1, 1));
    Node projection = b.batchNorm("unit.bn3", b.conv("unit.project", x, 40, 1, 2, 1));
    x = b.activation("unit.relu2", b.add("unit.add", y, projection), INFINITE);
    x = b.batchNorm("linear1.bn", b.conv("linear1.conv", x, 24, 1, 1, 1));
    y = block(b, "expand", x, 72, 1, 1, 1, 6);
    y = block(b, "depthwise", y, 72, 3, 1, 72, 6);
    y = b.batchNorm("linear2.bn", b.conv("linear2.conv", y, 24, 1, 1, 1));
    x = b.add("bottleneck.add", y, x);
    x = block(b, "last", x, 130, 1, 1, 1, 6);
    b.linear("output", b.globalAverage("pool2", x), 7, true);
    return b.build("tiny_mixture", 7);
  }

  /** Convolutions 3x3 of 16 channels behind floats, if the activations have no bits. */
  static Network winograd() {
    NetworkBuilder b = new NetworkBuilder(Padding.SYMMETRIC, 1e-5f);
    Node x = block(b, "stem", b.input(9, 9, 3), 16, 3, 1, 1, INFINITE);
    x = block(b, "second", x, 32, 3, 1, 1, INFINITE);
    b.linear("output", b.globalAverage("pool", x), 5, false);
    return b.build("tiny_winograd", 5);
  }

  /** Depthwise layers of seven rows and more, which the CPU sums column by column in f32. */
  static Network separable() {
    NetworkBuilder b = new NetworkBuilder(Padding.SYMMETRIC, 1e-3f);
    Node x = block(b, "stem", b.input(33, 33, 3), 20, 3, 2, 1, 6);
    x = block(b, "one.depthwise", x, 20, 3, 1, 20, 6);
    x = block(b, "one.point", x, 24, 1, 1, 1, 6);
    x = block(b, "two.depthwise", x, 24, 3, 2, 24, 6);
    x = block(b, "two.point", x, 16, 1, 1, 1, 6);
    b.linear("output", b.globalAverage("pool", x), 5, true);
    return b.build("tiny_separable", 5);
  }

  private static Node block(
      NetworkBuilder b,
      String name,
      Node x,
      int channels,
      int kernel,
      int stride,
      int groups,
      float cap) {
    Node z = b.conv(name + ".conv", x, channels, kernel, stride, groups);
    return b.activation(name + ".relu", b.batchNorm(name + ".bn", z), cap);
  }

  /**
   * A network with random codes.
   *
   * @param bits {@code w4a4}, {@code w4}, {@code a4}; or {@code mixed}: widths of 2 to 8, the first
   *     and the last layer in full precision, and two ranges that do not hold 0
   */
  public static QuantizedFile.Content of(Network network, String bits, long seed) {
    Random random = new Random(seed);
    boolean mixed = bits.equals("mixed");
    List<Node> layers = BitPlan.layers(network);
    Bits common = Bits.parse(mixed ? "w4a4" : bits);
    Map<String, WeightCodes> codes = new HashMap<>();
    for (int i = 0; i < layers.size(); i++) {
      boolean end = i == 0 || i == layers.size() - 1;
      int width = mixed ? (end ? 0 : 2 + i % 7) : common.weights();
      if (width != 0) {
        codes.put(layers.get(i).name(), codes(layers.get(i), end ? 8 : width, random));
      }
    }
    Map<String, Range> ranges = new LinkedHashMap<>();
    if (common.activations() != 0) {
      for (Node.Activation a : network.all(Node.Activation.class)) {
        boolean withoutZero = mixed && (ranges.size() == 1 || ranges.size() == 2);
        float lo = withoutZero ? 0.2f : ranges.size() % 2 == 0 ? 0 : -0.3f;
        ranges.put(a.name(), new Range(lo, 1.5f + random.nextFloat()));
      }
    }
    return new QuantizedFile.Content(
        network,
        null,
        Preprocessing.CIFAR,
        mixed ? mixed(network) : BitPlan.uniform(network, common),
        weights(network, random),
        codes,
        ranges,
        Map.of());
  }

  private static BitPlan mixed(Network network) {
    var plain = Presets.of("default", Presets.Profile.CIFAR10).quantizer();
    Map<String, String> asked = new LinkedHashMap<>();
    int i = 0;
    for (Node.Activation a : network.all(Node.Activation.class)) {
      asked.put(a.name(), "a" + (2 + (5 * i++ + 6) % 7));
    }
    return BitPlan.of(
        network,
        Bits.parse("w4a4"),
        new QuantizerConfig(
            plain.weightGranularity(), plain.weightRange(), plain.gradient(), 0, asked));
  }

  private static WeightCodes codes(Node layer, int bits, Random random) {
    int channels = layer instanceof Node.Conv c ? c.geometry().oc() : ((Node.Linear) layer).out();
    int fan =
        layer instanceof Node.Conv c
            ? c.geometry().weightSize() / channels
            : ((Node.Linear) layer).in();
    byte[] q = new byte[fan * channels];
    for (int i = 0; i < q.length; i++) {
      q[i] = (byte) (random.nextInt(1 << bits) - (1 << bits - 1));
    }
    int[] zero = new int[channels];
    float[] multiplier = new float[channels];
    for (int o = 0; o < channels; o++) {
      zero[o] = random.nextInt(3) - 1;
      double spread = (1 << bits) / Math.sqrt(12);
      multiplier[o] = (float) (spread * Math.sqrt(fan / 2.0) * (0.8 + 0.4 * random.nextDouble()));
    }
    return new WeightCodes(bits, q, zero, multiplier);
  }

  private static Weights weights(Network network, Random random) {
    Weights weights = Initializer.initialize(network, 3);
    for (Node.BatchNorm b : network.all(Node.BatchNorm.class)) {
      for (String name : List.of(".weight", ".bias", ".running_mean", ".running_var")) {
        float[] values = weights.get(b.name() + name).values();
        for (int c = 0; c < values.length; c++) {
          values[c] += (float) (0.1 * random.nextGaussian());
        }
      }
    }
    return weights;
  }
}
