package org.intraq.bench.harness;

import java.util.Optional;

/** Another library that solves the same problems; found by {@link java.util.ServiceLoader}. */
public interface Peer {
  /** Its name in tables and on the command line. */
  String name();

  /** Name and version, for the report's head. */
  String describe();

  /** Sets a problem up, or nothing where the library has no such operation. */
  Optional<Instance> make(Case problem, int threads);
}
