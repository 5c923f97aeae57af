package org.intraq.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.BiFunction;
import java.util.function.IntFunction;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Peer;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;

/** Something that can solve a case: one of the engine's own backends, or a peer. */
interface Implementation {
  /** The engine on the Vector API. */
  String SIMD = "simd";

  /** The engine on plain loops. */
  String REFERENCE = "reference";

  /** The engine in full precision, beside cases that compute with codes. */
  String F32 = "f32";

  /** The name in tables. */
  String name();

  /** Sets a case up, or nothing if this has no such operation. */
  Optional<Instance> make(Case problem, int threads);

  /** All peers on the class path. */
  static List<Peer> peers() {
    return Peers.FOUND;
  }

  /** Found once: a peer remembers what it learned about a case. */
  final class Peers {
    private static final List<Peer> FOUND = new ArrayList<>();

    static {
      ServiceLoader.load(Peer.class).forEach(FOUND::add);
    }

    private Peers() {}
  }

  /**
   * The implementation of that name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Implementation of(String name) {
    if (name.equals(SIMD)) {
      return own(name, CpuBackend::new);
    }
    if (name.equals(REFERENCE)) {
      return own(name, CpuBackend::reference);
    }
    if (name.equals(F32)) {
      Implementation engine = own(name, CpuBackend::new);
      return named(
          name,
          (problem, threads) ->
              problem
                  .plain()
                  .flatMap(plain -> engine.make(plain, threads))
                  .map(Instance::ofOtherPrecision));
    }
    for (Peer peer : peers()) {
      if (peer.name().equals(name)) {
        return named(name, peer::make);
      }
    }
    throw new IllegalArgumentException(
        "bench: no implementation '" + name + "'; build with -Ppeers to have peers");
  }

  private static Implementation named(
      String name, BiFunction<Case, Integer, Optional<Instance>> make) {
    return new Implementation() {
      @Override
      public String name() {
        return name;
      }

      @Override
      public Optional<Instance> make(Case problem, int threads) {
        return make.apply(problem, threads);
      }
    };
  }

  private static Implementation own(String name, IntFunction<Backend> open) {
    return named(
        name,
        (problem, threads) -> {
          Backend backend = open.apply(threads);
          Instance instance = problem.make(backend);
          // A backend for each case: its pool of buffers ends with it.
          return Optional.of(
              new Instance() {
                @Override
                public void run() {
                  instance.run();
                }

                @Override
                public float[] result() {
                  return instance.result();
                }

                @Override
                public String note() {
                  return instance.note();
                }

                @Override
                public void close() {
                  instance.close();
                  backend.close();
                }
              });
        });
  }
}
