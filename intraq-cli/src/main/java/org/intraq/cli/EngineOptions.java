package org.intraq.cli;

import java.util.Locale;
import org.intraq.deploy.Compiler;
import org.intraq.deploy.DeviceNetwork;
import org.intraq.deploy.IntegerNetwork;
import org.intraq.models.eval.Classifier;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.ExactFakeQuantizer;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import picocli.CommandLine.Option;

/** How a quantized network is computed. */
final class EngineOptions {
  /** The ways. */
  enum Engine {
    /** In f32, with values rounded as the codes are. */
    FAKE,
    /** On codes, in integers. */
    INTEGER
  }

  @Option(
      names = "--engine",
      paramLabel = "ENGINE",
      description = {
        "How to compute a quantized network: fake (f32, with values rounded as the codes are; the",
        "default) or integer (on the codes themselves; on a GPU with the bits of the CPU). Both give",
        "the same answers."
      })
  private Engine engine;

  @Option(
      names = "--all-integer",
      description = {
        "Quantize to 8 bits what the method leaves in f32, too: images, pooled features, linear",
        "bottlenecks. Another network than the paper's, with an accuracy of its own."
      })
  private boolean allInteger;

  boolean allInteger() {
    return allInteger;
  }

  /** As {@code --json} and the text show it. */
  String describe() {
    return engine().name().toLowerCase(Locale.ROOT) + (allInteger ? ", all-integer" : "");
  }

  String name() {
    return engine().name().toLowerCase(Locale.ROOT);
  }

  private Engine engine() {
    return engine == null ? Engine.FAKE : engine;
  }

  /** Throws if an option was given that only quantized networks have. */
  void requireUnused() {
    if (engine != null || allInteger) {
      throw new UserException(
          "--engine and --all-integer: only for a network given by --quantized");
    }
  }

  /** A quantized network at work; close it afterwards. */
  record Running(Classifier classifier, AutoCloseable resources) implements AutoCloseable {
    @Override
    public void close() {
      try {
        resources.close();
      } catch (Exception e) {
        throw new IllegalStateException("closing the engine", e);
      }
    }
  }

  /**
   * Starts the engine asked for.
   *
   * @param capacity images computed at a time
   */
  Running start(Backend backend, QuantizedFile.Content content, int capacity) {
    if (allInteger && content.plan().allActivations().values().stream().allMatch(b -> b == 0)) {
      throw new UserException(
          "--all-integer: the activations of this network have no widths and stay in f32; quantize it to some, such as w4a4");
    }
    if (engine() == Engine.INTEGER) {
      try {
        return integer(backend, content, capacity);
      } catch (IllegalArgumentException e) {
        throw new UserException(e.getMessage() + "; --engine fake computes it", e);
      } catch (ArithmeticException e) {
        throw new UserException(
            "%d images at a time have more values than an array can hold; lower --batch"
                .formatted(capacity),
            e);
      }
    }
    return fake(backend, content);
  }

  private Running integer(Backend backend, QuantizedFile.Content content, int capacity) {
    if (backend instanceof CpuBackend cpu) {
      var program = Compiler.compile(content, allInteger, cpu.lowBitConvolution());
      return new Running(new IntegerNetwork(program, cpu, capacity), () -> {});
    }
    if (backend.lowBit().isEmpty()) {
      throw new UserException(
          "--engine integer: "
              + backend.device()
              + " has no integer kernels; leave out --device, or take --engine fake");
    }
    var program = Compiler.forDevice(content, allInteger);
    DeviceNetwork network = new DeviceNetwork(program, backend, capacity);
    return new Running(network, network);
  }

  private Running fake(Backend backend, QuantizedFile.Content content) {
    Parameters parameters = QuantizedFile.parameters(backend, content);
    ExactFakeQuantizer hooks = new ExactFakeQuantizer(backend, content, allInteger);
    return new Running(
        Classifier.of(parameters, hooks),
        () -> {
          hooks.close();
          parameters.close();
        });
  }
}
