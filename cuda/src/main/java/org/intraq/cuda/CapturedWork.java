package org.intraq.cuda;

import org.intraq.cuda.launch.CapturedStep;
import org.intraq.cuda.launch.Gpu;
import org.intraq.tensor.backend.RepeatedWork;

/**
 * Work that is submitted as it is the first time, which fills the pool and loads the kernels,
 * captured the second time, and from then on launched as one graph.
 */
final class CapturedWork implements RepeatedWork {
  private final Gpu gpu;
  private final Runnable work;
  private boolean warm;
  private CapturedStep step;

  CapturedWork(Gpu gpu, Runnable work) {
    this.gpu = gpu;
    this.work = work;
  }

  @Override
  public void run() {
    if (!warm) {
      work.run();
      warm = true;
      return;
    }
    if (step == null) {
      step = new CapturedStep(gpu, work);
    }
    step.run();
  }

  @Override
  public void close() {
    if (step != null) {
      step.close();
      step = null;
    }
  }
}
