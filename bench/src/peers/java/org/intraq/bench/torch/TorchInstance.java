package org.intraq.bench.torch;

import java.util.function.Supplier;
import org.bytedeco.javacpp.PointerScope;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.intraq.bench.harness.Instance;

/** A case set up in PyTorch: its number of threads and the life of its tensors. */
@SuppressWarnings("try") // scopes and guards act by being open
final class TorchInstance implements Instance {
  /** What runs. */
  interface Program {
    /** Runs once; gives the results. */
    Tensor[] run();

    /** The results as they are compared. */
    float[] toArray(Tensor[] results);
  }

  private static final int WAKE_UP = 1 << 20;

  private final int threads;
  private final String note;
  private PointerScope tensors;
  private Program program;
  private Tensor[] results = {};

  /**
   * Sets up.
   *
   * @param maker makes the program and its tensors
   */
  TorchInstance(int threads, Layout layout, Supplier<Program> maker) {
    this.threads = threads;
    this.note = layout.label();
    RuntimeException[] failure = new RuntimeException[1];
    // A scope owns what its thread makes until it is closed, and it is closed at the very end; on a
    // thread of its own it does not own what others make meanwhile.
    Thread owner =
        new Thread(
            () -> {
              tensors = new PointerScope();
              try {
                program = maker.get();
              } catch (RuntimeException e) {
                failure[0] = e;
              }
            });
    owner.start();
    try {
      owner.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("pytorch: interrupted", e);
    }
    if (failure[0] != null) {
      close();
      throw failure[0];
    }
  }

  @Override
  public String note() {
    return note;
  }

  /**
   * PyTorch's number of threads belongs to the calling thread; its team wakes up here. OpenBLAS,
   * which computes its matrix products, has threads of its own and would take all cores.
   */
  @Override
  public void begin() {
    torch.set_num_threads(threads);
    openblas_nolapack.blas_set_num_threads(threads);
    try (PointerScope scope = new PointerScope()) {
      Tensor x = torch.randn(WAKE_UP);
      x.mul_(new Scalar(2f)).add_(x);
    }
  }

  @Override
  public void run() {
    release();
    try (PointerScope scope = new PointerScope()) {
      Tensor[] made = program.run();
      results = new Tensor[made.length];
      for (int i = 0; i < made.length; i++) {
        results[i] = made[i].detach();
        results[i].retainReference();
      }
    }
  }

  @Override
  public float[] result() {
    try (PointerScope scope = new PointerScope()) {
      return program.toArray(results);
    }
  }

  private void release() {
    for (Tensor result : results) {
      result.releaseReference();
    }
    results = new Tensor[] {};
  }

  @Override
  public void close() {
    release();
    tensors.close();
  }
}
