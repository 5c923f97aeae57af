package org.intraq.cuda.bench;

import java.util.Arrays;
import org.intraq.cuda.driver.Driver;
import org.intraq.cuda.launch.CapturedStep;
import org.intraq.cuda.launch.Gpu;

/** Times work on a device's stream by events: the median of several batches of launches. */
final class GpuTimer {
  private static final int BATCHES = 7;

  private final Gpu gpu;
  private final double batchMilliseconds;

  /** A timer whose batches take about so long; 0 runs everything once, to see that it runs. */
  GpuTimer(Gpu gpu, double batchMilliseconds) {
    this.gpu = gpu;
    this.batchMilliseconds = batchMilliseconds;
  }

  /** Microseconds of one run. */
  double microseconds(Runnable work) {
    work.run();
    double once = batch(work, 1);
    if (batchMilliseconds == 0) {
      return 1000 * once;
    }
    int runs = Math.clamp((long) (batchMilliseconds / Math.max(once, 1e-3)), 1, 10_000);
    double[] times = new double[BATCHES];
    for (int i = 0; i < BATCHES; i++) {
      times[i] = 1000 * batch(work, runs) / runs;
    }
    Arrays.sort(times);
    return times[BATCHES / 2];
  }

  /**
   * Microseconds of one run of work that is replayed as a graph, as {@code Backend.repeated} does:
   * short launches are then timed, not what submits them.
   */
  double replayed(Runnable work) {
    work.run();
    double once = batch(work, 1);
    int runs = Math.clamp((long) (1 / Math.max(once, 1e-3)), 1, 20);
    CapturedStep graph =
        new CapturedStep(
            gpu,
            () -> {
              for (int i = 0; i < runs; i++) {
                work.run();
              }
            });
    try (graph) {
      return microseconds(graph::run) / runs;
    }
  }

  private double batch(Runnable work, int runs) {
    Driver driver = gpu.driver();
    Driver.Event from = driver.createEvent();
    Driver.Event to = driver.createEvent();
    try {
      driver.record(from, gpu.stream());
      for (int i = 0; i < runs; i++) {
        work.run();
      }
      driver.record(to, gpu.stream());
      driver.synchronize(to);
      return driver.milliseconds(from, to);
    } finally {
      driver.destroy(from);
      driver.destroy(to);
    }
  }
}
