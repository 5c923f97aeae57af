package org.intraq.deploy;

import java.nio.file.Path;
import java.util.Map;
import org.intraq.config.Presets;
import org.intraq.config.QuantizerConfig;
import org.intraq.golden.Golden;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Architecture;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.quantize.RangeObserver;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;

/** Quantized files made in a moment: any weights, ranges from one batch, no fine-tuning. */
final class QuantizedFixtures {
  private QuantizedFixtures() {}

  /** Images [n, h, w, c] of formula numbers. */
  static float[] images(Node.Input in, int n) {
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
}
