package org.intraq.cuda.bench;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.ToDoubleFunction;
import org.intraq.config.Presets;
import org.intraq.config.SynthesisConfig;
import org.intraq.cuda.CudaBackend;
import org.intraq.cuda.driver.JcudaDriver;
import org.intraq.cuda.host.HostDriver;
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

  private static final int MOST_LINES = 40;

  private final CudaBackend backend;
  private final GpuTimer timer;
  private final boolean smoke;

  SynthesisTable(CudaBackend backend, GpuTimer timer, boolean smoke) {
    this.backend = backend;
    this.timer = timer;
    this.smoke = smoke;
  }

  private List<Network> networks() {
    return smoke
        ? List.of(TinyNetworks.resNet())
        : List.of(
            Zoo.get("resnet20_cifar10").network(),
            Zoo.get("resnet18").network(),
            Zoo.get("mobilenetv2_w1").network());
  }

  /** Measures, and hands over the lines of the table, in Markdown. */
  void print(Consumer<String> line) {
    line.accept("\n| Synthesis | batch | ms an iteration | images/s |\n|---|---|---|---|");
    for (Network network : networks()) {
      int batch = smoke ? 2 : BATCH;
      double milliseconds =
          with(backend, network, 1, synthesis -> timer.microseconds(synthesis::step)) / 1000;
      line.accept(
          "| %s | %d | %.2f | %.0f |"
              .formatted(network.name(), batch, milliseconds, 1000 * batch / milliseconds));
    }
  }

  /** Where the time of an iteration goes: the costliest kernels, by kernel and grid. */
  void printProfile(Consumer<String> line) {
    KernelProfile profile =
        new KernelProfile(smoke ? new HostDriver() : new JcudaDriver(backend.device().index()));
    try (CudaBackend watched = new CudaBackend(backend.device(), profile.watched())) {
      for (Network network : networks()) {
        line.accept("\n| %s, kernel and grid | launches | us | |".formatted(network.name()));
        line.accept("|---|---|---|---|");
        // The first step of a batch is submitted launch by launch; that of the second is warm.
        for (int seed = 1; seed <= 2; seed++) {
          with(
              watched,
              network,
              seed,
              synthesis -> {
                profile.start();
                synthesis.step();
                return 0;
              });
          List<String> lines = profile.lines(MOST_LINES);
          if (seed == 2) {
            lines.forEach(line);
          }
        }
      }
    }
  }

  private double with(
      CudaBackend on, Network network, int seed, ToDoubleFunction<BatchSynthesis> work) {
    Presets.Profile profile = Presets.Profile.of(network.input().h(), network.classes());
    SynthesisConfig config =
        Presets.read(
                ConfigFactory.parseString("synthesis.iterations = " + ITERATIONS)
                    .withFallback(Presets.tree("default", profile)))
            .synthesis();
    try (Parameters teacher =
            new Parameters(on, network, Initializer.initialize(network, 1), false);
        BatchSynthesis synthesis =
            new BatchSynthesis(
                teacher,
                config,
                new ClassCentres(network.classes(), ((Node.Linear) network.output()).in()),
                new PhiloxRandom(seed),
                smoke ? 2 : BATCH)) {
      return work.applyAsDouble(synthesis);
    }
  }
}
