package org.intraq.cuda.bench;

import java.util.List;
import java.util.function.Consumer;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.step.TinyNetworks;
import org.intraq.deploy.Compiler;
import org.intraq.deploy.DeviceNetwork;
import org.intraq.deploy.TinyQuantized;
import org.intraq.models.eval.Classifier;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.testing.KernelData;

/** Whole forward passes: the integer engine on 4-bit codes beside the network in f32. */
final class IntegerTable {
  private record Case(Network network, int batch) {}

  private final CudaBackend backend;
  private final GpuTimer timer;
  private final boolean smoke;

  IntegerTable(CudaBackend backend, GpuTimer timer, boolean smoke) {
    this.backend = backend;
    this.timer = timer;
    this.smoke = smoke;
  }

  private List<Case> cases() {
    return smoke
        ? List.of(new Case(TinyNetworks.resNet(), 2))
        : List.of(
            new Case(Zoo.get("resnet20_cifar10").network(), 512),
            new Case(Zoo.get("resnet18").network(), 64),
            new Case(Zoo.get("mobilenetv2_w1").network(), 64));
  }

  /** Measures, and hands over the lines of the table, in Markdown. */
  void print(Consumer<String> line) {
    line.accept("\n| Forward pass, images from and logits to the host | batch | ms | images/s |");
    line.accept("|---|---|---|---|");
    for (Case c : cases()) {
      int batch = c.batch;
      Network network = c.network;
      var content = TinyQuantized.of(network, "w4a4", 1);
      var program = Compiler.forDevice(content, false);
      try (DeviceNetwork engine = new DeviceNetwork(program, backend, batch)) {
        row(line, network.name() + ", w4a4 on integers", engine, network, batch);
      }
      try (Parameters parameters =
          new Parameters(backend, network, Initializer.initialize(network, 1), false)) {
        Classifier plain = Classifier.of(parameters, Hooks.NONE);
        row(line, network.name() + ", in full precision", plain, network, batch);
      }
    }
  }

  private void row(
      Consumer<String> line, String name, Classifier classifier, Network network, int batch) {
    Node.Input in = network.input();
    float[] images = KernelData.signed(batch * in.h() * in.w() * in.c(), 1);
    float[] logits = new float[batch * network.classes()];
    double milliseconds = timer.microseconds(() -> classifier.logits(images, batch, logits)) / 1000;
    line.accept(
        "| %s | %d | %.2f | %.0f |"
            .formatted(name, batch, milliseconds, 1000 * batch / milliseconds));
  }
}
