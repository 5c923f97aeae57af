package org.intraq.cuda.launch;

import org.intraq.cuda.driver.Driver;

/**
 * A step that is repeated: captured once, then launched as one piece of work.
 *
 * <p>What the step launches must be the same every time: no copies to or from the host, no fresh
 * device memory (run the step once before, so that the pool has what it takes). Tensors that the
 * step allocates and releases stay those of captured steps until the last of them is closed.
 */
public final class CapturedStep implements AutoCloseable {
  private final Gpu gpu;
  private final Driver.Graph graph;

  /** Captures what {@code step} submits to the device's stream; it does not run yet. */
  public CapturedStep(Gpu gpu, Runnable step) {
    this.gpu = gpu;
    gpu.pool().hold();
    boolean done = false;
    try {
      this.graph = capture(gpu, step);
      done = true;
    } finally {
      gpu.pool().endHold();
      if (!done) {
        gpu.pool().unhold();
      }
    }
  }

  private static Driver.Graph capture(Gpu gpu, Runnable step) {
    gpu.driver().beginCapture(gpu.stream());
    try {
      step.run();
    } catch (RuntimeException | Error e) {
      abandon(gpu, e);
      throw e;
    }
    return gpu.driver().endCapture(gpu.stream());
  }

  /** Ends the capture, so that the stream is of use again. */
  private static void abandon(Gpu gpu, Throwable cause) {
    try {
      gpu.driver().destroy(gpu.driver().endCapture(gpu.stream()));
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Submits the step. */
  public void run() {
    gpu.driver().launch(graph, gpu.stream());
  }

  @Override
  public void close() {
    gpu.synchronize();
    gpu.driver().destroy(graph);
    gpu.pool().unhold();
  }
}
