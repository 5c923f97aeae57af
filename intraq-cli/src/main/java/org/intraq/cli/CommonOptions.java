package org.intraq.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Devices;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Options that all commands share; use as {@code @Mixin CommonOptions common}, and {@link
 * OutputOptions} alone where nothing is computed.
 */
final class CommonOptions {
  @Option(
      names = "--device",
      paramLabel = "DEVICE",
      defaultValue = "cpu",
      description = "Where to compute: cpu, cuda or cuda:N (default: ${DEFAULT-VALUE}).")
  private String device;

  @Option(
      names = "--math",
      paramLabel = "MODE",
      description =
          "What products and convolutions of a GPU calculate with: f32, exact (default), or tf32 or"
              + " bf16 on tensor cores.")
  private String math;

  @Option(
      names = "--threads",
      paramLabel = "N",
      defaultValue = "0",
      description = "Threads to compute with; 0: as many as there are cores (default).")
  private int threads;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "Seed of everything random; same seed, same bits (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Mixin private OutputOptions output;

  /** What decides how results are shown. */
  static final class OutputOptions {
    @Option(names = "--json", description = "Print one JSON object instead of text.")
    private boolean json;

    @Option(
        names = {"-v", "--verbose"},
        description = "Log what is done, and show where errors come from.")
    private boolean verbose;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec command;

    private static final ObjectMapper JSON =
        new ObjectMapper().disable(SerializationFeature.FAIL_ON_EMPTY_BEANS);

    boolean json() {
      return json;
    }

    boolean verbose() {
      return verbose;
    }

    PrintWriter out() {
      return command.commandLine().getOut();
    }

    PrintWriter err() {
      return command.commandLine().getErr();
    }

    /** Turns logging on if asked to; call first. */
    void start() {
      if (verbose && LoggerFactory.getLogger("org.intraq") instanceof Logger logger) {
        logger.setLevel(Level.DEBUG);
      }
    }

    /** Prints one object. */
    void printJson(Map<String, ?> object) {
      try {
        out().println(JSON.writeValueAsString(object));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("json: " + object, e);
      }
    }
  }

  long seed() {
    return seed;
  }

  boolean json() {
    return output.json;
  }

  OutputOptions output() {
    return output;
  }

  PrintWriter out() {
    return output.out();
  }

  PrintWriter err() {
    return output.err();
  }

  void printJson(Map<String, ?> object) {
    output.printJson(object);
  }

  /** Turns logging on if asked to, and opens the device. */
  Backend open() {
    output.start();
    if (threads < 0 || threads > 1024) {
      throw new UserException("--threads: expected 0 to 1024, got " + threads);
    }
    try {
      Device chosen = Device.parse(device);
      chooseMath(chosen);
      return Devices.open(chosen, threads);
    } catch (IllegalArgumentException | IllegalStateException e) {
      throw new UserException("--device " + device + ": " + e.getMessage(), e);
    }
  }

  private void chooseMath(Device chosen) {
    if (math == null) {
      return;
    }
    if (!List.of("f32", "tf32", "bf16").contains(math)) {
      throw new UserException("--math: expected f32, tf32 or bf16, got " + math);
    }
    if (chosen.equals(Device.CPU) && !math.equals("f32")) {
      throw new UserException("--math " + math + ": the CPU calculates in f32; give --device cuda");
    }
    System.setProperty(Devices.GPU_MATH, math);
  }

  /** Whether the command that ran had {@code --verbose}. */
  static boolean isVerbose(CommandLine line) {
    Object value =
        line.getCommandSpec().findOption("--verbose") == null
            ? null
            : line.getCommandSpec().findOption("--verbose").getValue();
    return Boolean.TRUE.equals(value);
  }
}
