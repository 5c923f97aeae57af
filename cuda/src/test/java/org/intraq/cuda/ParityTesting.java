package org.intraq.cuda;

import java.util.List;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** Base of a family's tests: runs the same code on the CPU's reference kernels and on CUDA. */
public abstract class ParityTesting {
  /** Work on a backend whose host results are compared. */
  @FunctionalInterface
  protected interface Work {
    /** Runs in a scope that is closed afterwards. */
    float[] run(Backend backend, Scope scope);
  }

  private CpuBackend cpu;
  private List<CudaBackend> backends = List.of();

  @BeforeEach
  final void open() {
    backends = CudaTesting.backends();
    cpu = CpuBackend.reference(1);
  }

  @AfterEach
  final void close() {
    for (CudaBackend backend : backends) {
      if (backend.memory().liveBytes() != 0) {
        throw new AssertionError(backend.memory().liveBytes() + " bytes leaked");
      }
      backend.close();
    }
    if (cpu != null) {
      cpu.close();
    }
  }

  /** The backends under test. */
  protected final List<CudaBackend> backends() {
    return backends;
  }

  /** What the CPU's plain loops give. */
  protected final float[] onCpu(Work work) {
    return run(cpu, work);
  }

  /** Result on a backend. */
  protected static float[] run(Backend backend, Work work) {
    try (Scope scope = new Scope(backend, "parity")) {
      return work.run(backend, scope);
    }
  }
}
