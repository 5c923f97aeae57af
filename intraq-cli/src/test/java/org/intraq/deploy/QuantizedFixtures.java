package org.intraq.deploy;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.Presets;
import org.intraq.config.QuantizerConfig;
import org.intraq.golden.Golden;
import org.intraq.models.data.Datasets;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.Settings;
import org.intraq.models.zoo.Zoo;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.quantize.RangeObserver;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;

/** Quantized files made in a moment: any weights, ranges from one batch, no fine-tuning. */
public final class QuantizedFixtures {
  private QuantizedFixtures() {}

  /** Images [n, h, w, c] of formula numbers. */
  public static float[] images(Node.Input in, int n) {
    float[] images = new float[n * in.h() * in.w() * in.c()];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) (4 * Golden.r(1000, i));
    }
    return images;
  }

  /** Writes and reads a quantized network, calibrated on {@code images}. */
  static QuantizedFile.Content quantized(
      Path file,
      Network network,
      Architecture architecture,
      Preprocessing preprocessing,
      Weights weights,
      BitPlan plan,
      float[] images) {
    var config = Presets.of("default", Presets.Profile.CIFAR10);
    QuantizerConfig quantizer = config.quantizer();
    Node.Input in = network.input();
    int n = images.length / (in.h() * in.w() * in.c());
    try (Backend backend = new CpuBackend(2);
        Scope scope = new Scope(backend, "images");
        QuantizedNetwork net = new QuantizedNetwork(backend, network, weights, plan, quantizer)) {
      var observer =
          new RangeObserver(plan, net.quantizer(), net.activationRanges(), config.calibration());
      try (Tape tape = Tape.inference(backend)) {
        Variable x = Variable.constant(scope.of(images, n, in.h(), in.w(), in.c()));
        Forward.run(tape, net.parameters(), x, Forward.Mode.EVALUATE, observer);
      }
      QuantizedFile.write(file, net, architecture, preprocessing, Map.of());
    }
    return QuantizedFile.read(file);
  }

  /** All layers alike. */
  static BitPlan uniform(Network network, int weights, int activations) {
    return BitPlan.uniform(network, new Bits(weights, activations));
  }

  /** Widths of a test: {@code w4a4}, {@code w4}, {@code a4}, or {@code mixed}. */
  private static BitPlan plan(Network network, String bits) {
    if (!bits.equals("mixed")) {
      return BitPlan.uniform(network, Bits.parse(bits));
    }
    QuantizerConfig plain = Presets.of("default", Presets.Profile.CIFAR10).quantizer();
    Map<String, String> layers = new LinkedHashMap<>();
    List<Node> all = BitPlan.layers(network);
    Map<String, Integer> inputs = new HashMap<>();
    for (int i = 1; i + 1 < all.size(); i++) {
      String input = BitPlan.inputOf(all.get(i));
      int activation =
          input == null
              ? 0
              : inputs.computeIfAbsent(input, name -> 2 + Math.floorMod(name.hashCode(), 7));
      layers.put(all.get(i).name(), "w" + (2 + i % 7) + (input == null ? "" : "a" + activation));
    }
    var config =
        new QuantizerConfig(
            plain.weightGranularity(), plain.weightRange(), plain.gradient(), 8, layers);
    return BitPlan.of(network, new Bits(4, 4), config);
  }

  /** A network of the zoo on small images, with formula weights. */
  public static QuantizedFile.Content formula(Path file, String name, String bits, int images) {
    Zoo.Entry entry = Zoo.get(name);
    Settings s = entry.architecture().settings();
    int size = Math.min(s.size(), 64);
    Architecture small =
        entry
            .architecture()
            .with(new Settings(size, s.channels(), s.classes(), s.padding(), s.eps()));
    Network network = small.build(name);
    Weights weights = new Weights();
    int t = 0;
    for (var tensor : network.tensors().entrySet()) {
      weights.put(
          tensor.getKey(),
          tensor.getValue(),
          Golden.values(tensor.getKey(), tensor.getValue(), t++, 1));
    }
    Preprocessing preprocessing =
        Preprocessing.parse(
            "resize=whole size=" + size + " pad=0 channels=3 mean=0.5,0.5,0.5 std=0.25,0.25,0.25");
    return quantized(
        file,
        network,
        small,
        preprocessing,
        weights,
        plan(network, bits),
        images(network.input(), images));
  }

  /** A network with real weights and images. */
  public record RealCase(QuantizedFile.Content content, float[] images) {}

  /** Quantizes a real network with the ranges of the first images of a data set. */
  public static RealCase real(
      Path file, Path weights, Path data, String bits, int calibration, int count) {
    Pretrained p = Pretrained.load(weights);
    ImageDataset images = Datasets.open(data);
    int size = p.preprocessing().outputLength();
    float[] pixels = new float[count * size];
    for (int i = 0; i < count; i++) {
      p.preprocessing().apply(images.load(i), pixels, i * size);
    }
    QuantizedFile.Content content =
        quantized(
            file,
            p.network(),
            p.architecture(),
            p.preprocessing(),
            p.weights(),
            plan(p.network(), bits),
            Arrays.copyOf(pixels, calibration * size));
    return new RealCase(content, pixels);
  }
}
