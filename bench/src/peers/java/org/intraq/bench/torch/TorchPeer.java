package org.intraq.bench.torch;

import java.io.IOException;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.Peer;
import org.intraq.bench.step.StepCase;

/**
 * PyTorch's C++ library. Every case runs in the memory format that is the faster one for it, which
 * is found out when the case is set up.
 */
public final class TorchPeer implements Peer {
  private static final String NAME = "pytorch";
  private static final Map<String, Operation> OPERATIONS = new HashMap<>();
  private static final int TRIALS = 5;
  private static final long LONG_NANOS = 300_000_000L;

  static {
    Convolutions.addTo(OPERATIONS);
    MemoryBound.addTo(OPERATIONS);
    SmallOperations.addTo(OPERATIONS);
  }

  private final Map<Case, Layout> faster = new HashMap<>();

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public String describe() {
    String parallel = torch.get_parallel_info().getString();
    String library =
        parallel.contains("mkl_get_max_threads") && !parallel.contains("MKL not found")
            ? "MKL"
            : "OpenBLAS";
    return "pytorch "
        + version()
        + " through JavaCPP, with oneDNN, "
        + library
        + " and OpenMP; each case in its faster memory format";
  }

  private static String version() {
    try {
      return Loader.getVersion("org.bytedeco", "pytorch");
    } catch (IOException e) {
      return "of unknown version";
    }
  }

  @Override
  public Optional<Instance> make(Case problem, int threads) {
    try {
      Layout known = faster.get(problem);
      if (known != null) {
        return Optional.of(make(problem, threads, known));
      }
      return Optional.of(fasterOf(problem, threads));
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Tries both formats and keeps the faster one. */
  private Instance fasterOf(Case problem, int threads) {
    Map<Layout, Long> best = new EnumMap<>(Layout.class);
    for (Layout layout : Layout.FAST) {
      try (TorchInstance instance = make(problem, threads, layout)) {
        instance.begin();
        long start = System.nanoTime();
        long fastest = Long.MAX_VALUE;
        // The first run of many is slower by what the library prepares.
        for (int i = 0; i < TRIALS && (i < 2 || System.nanoTime() - start < LONG_NANOS); i++) {
          long before = System.nanoTime();
          instance.run();
          fastest = Math.min(fastest, System.nanoTime() - before);
        }
        best.put(layout, fastest);
      }
    }
    Layout winner =
        best.get(Layout.CONTIGUOUS) < best.get(Layout.CHANNELS_LAST)
            ? Layout.CONTIGUOUS
            : Layout.CHANNELS_LAST;
    faster.put(problem, winner);
    // Anew, so that what was updated in place starts where the engine starts.
    return make(problem, threads, winner);
  }

  private static TorchInstance make(Case problem, int threads, Layout layout) {
    return new TorchInstance(threads, layout, () -> program(problem, layout));
  }

  private static TorchInstance.Program program(Case problem, Layout layout) {
    return switch (problem) {
      case KernelCase kernel -> {
        Operation operation = OPERATIONS.get(kernel.operation());
        if (operation == null) {
          throw new UnsupportedOperationException(kernel.operation());
        }
        yield new TorchKernel(kernel, operation, layout);
      }
      case StepCase step ->
          switch (step.kind()) {
            case SYNTHESIS -> new TorchSynthesis(step.data(), layout);
            case FINE_TUNING -> new TorchFineTuning(step.data(), layout);
            case INFERENCE -> new TorchInference(step.data(), layout);
          };
      default -> throw new UnsupportedOperationException(problem.id());
    };
  }
}
