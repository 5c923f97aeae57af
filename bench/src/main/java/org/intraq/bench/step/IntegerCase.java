package org.intraq.bench.step;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.bench.harness.Agreement;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Work;
import org.intraq.config.Presets;
import org.intraq.deploy.Compiler;
import org.intraq.deploy.IntegerNetwork;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
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

/**
 * A whole quantized network on integers; beside it the same network in f32.
 *
 * @param bits widths of weights and activations, such as {@code w4a4}
 * @param side height and width of the images; 0 for the network's own
 */
public record IntegerCase(String network, String bits, int side, int batch, boolean quick)
    implements Case {
  private static final double ROUNDING = 2e-5;

  static List<Case> all() {
    return List.of(
        new IntegerCase("resnet20_cifar10", "w4a4", 0, 1, true),
        new IntegerCase("resnet20_cifar10", "w4a4", 0, 8, false),
        new IntegerCase("resnet20_cifar10", "w2a2", 0, 8, false),
        new IntegerCase("mobilenet_w3d4", "w4a4", 0, 1, false),
        new IntegerCase("mobilenet_w3d4", "w4a4", 0, 8, false),
        new IntegerCase("mobilenetv2_w1", "w4a4", 0, 1, false),
        new IntegerCase("mobilenetv2_w1", "w4a4", 0, 8, false),
        new IntegerCase("resnet18", "w4a4", 0, 1, false),
        new IntegerCase("resnet18", "w4a4", 0, 8, false),
        new IntegerCase("resnet18", "w2a2", 0, 8, false));
  }

  @Override
  public String group() {
    return "integer-inference";
  }

  @Override
  public String shape() {
    return network + ":" + bits + ":batch" + batch;
  }

  @Override
  public Optional<Case> plain() {
    return Optional.of(new StepCase(StepCase.Kind.INFERENCE, network, side, batch, false));
  }

  /** The network and its images. */
  public StepData data() {
    return new StepData(StepData.network(network, side), batch);
  }

  @Override
  public Work work() {
    double multiplyAdds = 0;
    for (Node.Conv conv : StepData.network(network, side).all(Node.Conv.class)) {
      multiplyAdds += conv.geometry().multiplyAdds();
    }
    return Work.arithmetic(2 * multiplyAdds * batch);
  }

  @Override
  public Case small() {
    return new IntegerCase(network, bits, StepData.smallSide(network), 1, false);
  }

  @Override
  public Optional<String> difference(float[] expected, float[] actual) {
    return Agreement.elementwise(expected, actual, ROUNDING, 0);
  }

  @Override
  public Instance make(Backend backend) {
    if (!(backend instanceof CpuBackend cpu)) {
      throw new UnsupportedOperationException("this case measures the CPU's integer engine");
    }
    StepData data = data();
    QuantizedFile.Content content = quantized(bits);
    var program = Compiler.compile(content, false, cpu.lowBitConvolution());
    IntegerNetwork engine = new IntegerNetwork(program, cpu, batch);
    float[] images = data.images();
    float[] logits = new float[batch * data.network().classes()];
    return new Instance() {
      @Override
      public void run() {
        engine.logits(images, batch, logits);
      }

      @Override
      public float[] result() {
        return logits.clone();
      }

      @Override
      public void close() {}
    };
  }

  /**
   * The network with weights and activations of so many bits, ranges of one image; the same for
   * everyone, because one backend makes it.
   */
  public QuantizedFile.Content quantized(String widths) {
    StepData data = data();
    Network net = data.network();
    Node.Input in = net.input();
    var config = Presets.of("default", Presets.Profile.CIFAR10);
    BitPlan plan = BitPlan.uniform(net, Bits.parse(widths));
    var entry = Zoo.get(network);
    Settings own = entry.architecture().settings();
    var settings = new Settings(in.h(), own.channels(), own.classes(), own.padding(), own.eps());
    try (Backend backend = new CpuBackend(1);
        Scope scope = new Scope(backend, "images");
        QuantizedNetwork quantized =
            new QuantizedNetwork(backend, net, data.weights(), plan, config.quantizer())) {
      var observer =
          new RangeObserver(
              plan, quantized.quantizer(), quantized.activationRanges(), config.calibration());
      try (Tape tape = Tape.inference(backend)) {
        var x = scope.of(data.images(), batch, in.h(), in.w(), in.c()).slice(0, 1);
        Forward.run(
            tape, quantized.parameters(), Variable.constant(x), Forward.Mode.EVALUATE, observer);
      }
      Path file = Files.createTempFile("intraq-bench", ".safetensors");
      try {
        QuantizedFile.write(
            file, quantized, entry.architecture().with(settings), entry.preprocessing(), Map.of());
        return QuantizedFile.read(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
