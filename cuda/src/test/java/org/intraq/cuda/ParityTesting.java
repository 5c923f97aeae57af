package org.intraq.cuda;

import java.util.List;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
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

  /**
   * The values as a window {@code shift} elements into a buffer: aligned for vectors if 0, else
   * not.
   */
  protected static Tensor window(Scope scope, float[] values, int shift, int... extents) {
    float[] framed = new float[values.length + shift];
    System.arraycopy(values, 0, framed, shift, values.length);
    return scope.of(framed, framed.length).slice(shift, framed.length).reshape(extents);
  }

  /** An output of zeros as a window {@code shift} elements into a buffer. */
  protected static Tensor output(Scope scope, int shift, int... extents) {
    return window(scope, new float[Shape.of(extents).size()], shift, extents);
  }
}
