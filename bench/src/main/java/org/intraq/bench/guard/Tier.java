package org.intraq.bench.guard;

import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;

/** A set of the engine's kernels. */
public enum Tier {
  /** On the Vector API. */
  SIMD {
    @Override
    Backend open() {
      return new CpuBackend(1);
    }
  },

  /** Plain loops. */
  REFERENCE {
    @Override
    Backend open() {
      return CpuBackend.reference(1);
    }
  };

  /** A backend with one thread. */
  abstract Backend open();
}
