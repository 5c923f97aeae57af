package org.intraq.cuda.bench;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.function.Consumer;
import org.intraq.config.Presets;
import org.intraq.config.SynthesisConfig;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.step.TinyNetworks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.synthesis.BatchSynthesis;
import org.intraq.synthesis.ClassCentres;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/** Times whole iterations of synthesis: forward, all losses, backward, Adam. */
final class SynthesisTable {
  private static final int BATCH = 256;

  /** More than the timer runs: a finished batch takes no step. */
  private static final int ITERATIONS = 10_000_000;

  private final CudaBackend backend;
  private final GpuTimer timer;
  private final boolean smoke;

  SynthesisTable(CudaBackend backend, GpuTimer timer, boolean smoke) {
    this.backend = backend;
    this.timer = timer;
    this.smoke = smoke;
  }

  /** Measures, and hands over the lines of the table, in Markdown. */
  void print(Consumer<String> line) {
    List<Network> networks =
        smoke
            ? List.of(TinyNetworks.resNet())
            : List.of(
                Zoo.get("resnet20_cifar10").network(),
                Zoo.get("resnet18").network(),
                Zoo.get("mobilenetv2_w1").network());
    line.accept("\n| Synthesis | batch | ms an iteration | images/s |\n|---|---|---|---|");
    for (Network network : networks) {
      int batch = smoke ? 2 : BATCH;
      double milliseconds = microseconds(network, batch) / 1000;
      line.accept(
          "| %s | %d | %.2f | %.0f |"
              .formatted(network.name(), batch, milliseconds, 1000 * batch / milliseconds));
    }
  }

  private double microseconds(Network network, int batch) {
    Presets.Profile profile = Presets.Profile.of(network.input().h(), network.classes());
    SynthesisConfig config =
        Presets.read(
                ConfigFactory.parseString("synthesis.iterations = " + ITERATIONS)
                    .withFallback(Presets.tree("default", profile)))
            .synthesis();
    try (Parameters teacher =
            new Parameters(backend, network, Initializer.initialize(network, 1), false);
        BatchSynthesis synthesis =
            new BatchSynthesis(
                teacher,
                config,
                new ClassCentres(network.classes(), ((Node.Linear) network.output()).in()),
                new PhiloxRandom(1),
                batch)) {
      return timer.microseconds(synthesis::step);
    }
  }
}
