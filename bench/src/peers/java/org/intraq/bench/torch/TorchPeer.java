package org.intraq.bench.torch;

import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.Peer;
import org.intraq.bench.step.StepCase;

/**
 * PyTorch's C++ library. Every case runs in the form that is the fastest for it, which is found out
 * when the case is set up.
 */
public final class TorchPeer implements Peer {
  private static final String NAME = "pytorch";
  private static final Map<String, Operation> OPERATIONS = new HashMap<>();
  private static final int TRIALS = 5;
  private static final long LONG_NANOS = 300_000_000L;

  /** A form that took so many times as long with one number of threads is not tried with others. */
  private static final double HOPELESS = 1.5;

  static {
    Convolutions.addTo(OPERATIONS);
    MemoryBound.addTo(OPERATIONS);
    FusedBlocks.addTo(OPERATIONS);
    SmallOperations.addTo(OPERATIONS);
  }

  /** What is fastest may differ with the number of threads. */
  private record Setting(Case problem, int threads) {}

  private final Map<Setting, Layout> faster = new HashMap<>();

  /** The forms that are worth trying, of the cases that have run with some number of threads. */
  private final Map<Case, List<Layout>> hopeful = new HashMap<>();

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
        + " and OpenMP; each case in its fastest form";
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
      Layout known = faster.get(new Setting(problem, threads));
      if (known != null) {
        return Optional.of(make(problem, threads, known));
      }
      return Optional.of(fasterOf(problem, threads));
    } catch (UnsupportedOperationException e) {
      return Optional.empty();
    }
  }

  /** Tries the forms and keeps the fastest. */
  private Instance fasterOf(Case problem, int threads) {
    Map<Layout, Long> times = new EnumMap<>(Layout.class);
    List<Layout> all = hasMoments(problem) ? Layout.FAST_WITH_MOMENTS : Layout.FAST;
    for (Layout layout : hopeful.getOrDefault(problem, all)) {
      try (TorchInstance instance = make(problem, threads, layout)) {
        instance.begin();
        long start = System.nanoTime();
        long fastest = Long.MAX_VALUE;
        for (int i = 0; i < TRIALS && (i == 0 || System.nanoTime() - start < LONG_NANOS); i++) {
          long before = System.nanoTime();
          instance.run();
          fastest = Math.min(fastest, System.nanoTime() - before);
        }
        times.put(layout, fastest);
      }
    }
    long least = Collections.min(times.values());
    List<Layout> near =
        times.keySet().stream().filter(form -> times.get(form) < HOPELESS * least).toList();
    hopeful.put(problem, near);
    Layout winner = Collections.min(near, Comparator.comparing(times::get));
    faster.put(new Setting(problem, threads), winner);
    // Anew, so that what was updated in place starts where the engine starts.
    return make(problem, threads, winner);
  }

  private static boolean hasMoments(Case problem) {
    return switch (problem) {
      case StepCase step -> step.kind() == StepCase.Kind.SYNTHESIS;
      case KernelCase kernel ->
          Set.of("batchMoments", "affineReluBackward", "blockForward", "blockBackwardInput")
              .contains(kernel.operation());
      default -> false;
    };
  }

  static TorchInstance make(Case problem, int threads, Layout layout) {
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
