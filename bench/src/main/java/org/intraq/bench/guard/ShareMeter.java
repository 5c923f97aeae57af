package org.intraq.bench.guard;

import java.lang.management.ManagementFactory;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.backend.Backend;

/**
 * Measures in this JVM: the peak (a loop of fused multiply-adds, or a copy of as many bytes as the
 * kernel moves) and the kernel run by turns in short windows, and the best of each counts. What
 * disturbs a machine makes windows slower, never faster.
 *
 * <p>A kernel whose runs leave objects has no share at all: its vectors are objects somewhere,
 * which may cost a quarter of its speed and more in another JVM.
 */
public final class ShareMeter implements Meter {
  private static final long WARM_UP_NANOS = 150_000_000L;
  private static final long LONGEST_WARM_UP_NANOS = 2_000_000_000L;

  /** A rate above the best so far by this factor is a gain, and not noise. */
  private static final double GAIN = 1.03;

  private static final int SETTLED_RUNS = 3;
  private static final long WINDOW_NANOS = 10_000_000L;

  /** Bytes of objects a run may leave: tasks and lambdas, a few hundred bytes each. */
  private static final long OBJECTS = 64 << 10;

  private static final com.sun.management.ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(com.sun.management.ThreadMXBean.class);

  private final Function<String, Case> catalogue;
  private final long patienceNanos;

  /** Runs of the last window. */
  private int runs;

  /**
   * Makes one.
   *
   * @param catalogue the cases by their ids
   * @param patience seconds of processor time after which the best so far is the answer
   */
  public ShareMeter(Function<String, Case> catalogue, double patience) {
    this.catalogue = catalogue;
    this.patienceNanos = (long) (patience * 1e9);
  }

  @Override
  public double share(String id, Tier tier, double enough) {
    Case problem = catalogue.apply(id);
    try (Backend backend = tier.open();
        Instance instance = problem.make(backend)) {
      return share(problem.work(), instance, enough);
    }
  }

  private double share(Work work, Instance instance, double enough) {
    Peaks peaks = new Peaks(work);
    instance.begin();
    settle(peaks::measure);
    settle(() -> work.rate(repeat(instance, 0)));
    double peak = 0;
    double rate = 0;
    double objects = Double.POSITIVE_INFINITY;
    long end = CpuClock.nanos() + patienceNanos;
    do {
      peak = Math.max(peak, peaks.measure());
      long before = THREADS.getCurrentThreadAllocatedBytes();
      rate = Math.max(rate, work.rate(repeat(instance, WINDOW_NANOS)));
      objects =
          Math.min(objects, (double) (THREADS.getCurrentThreadAllocatedBytes() - before) / runs);
      peak = Math.max(peak, peaks.measure());
    } while ((rate / peak < enough || objects > OBJECTS) && CpuClock.nanos() < end);
    if (Float.isNaN(peaks.sink())) {
      throw new IllegalStateException("guard: the peak loop computed NaN");
    }
    return objects > OBJECTS ? 0 : rate / peak;
  }

  /**
   * Repeats until the compiler is done: until the rate has not grown for the warm-up's time. A
   * kernel so slow that this takes longer than the patience is compiled or past help.
   */
  private void settle(DoubleSupplier rate) {
    double best = 0;
    long begin = System.nanoTime();
    long lastGain = begin;
    int withoutGain = 0;
    do {
      double now = rate.getAsDouble();
      boolean gained = now > GAIN * best;
      withoutGain = gained ? 0 : withoutGain + 1;
      lastGain = gained ? System.nanoTime() : lastGain;
      best = Math.max(best, now);
    } while ((withoutGain < SETTLED_RUNS || System.nanoTime() - lastGain < WARM_UP_NANOS)
        && System.nanoTime() - begin < Math.max(patienceNanos, LONGEST_WARM_UP_NANOS));
  }

  /** Runs for at least so long; gives the mean time of a run. */
  private double repeat(Instance instance, long nanos) {
    long start = CpuClock.nanos();
    runs = 0;
    long elapsed;
    do {
      instance.run();
      runs++;
      elapsed = CpuClock.nanos() - start;
    } while (elapsed < nanos);
    return (double) elapsed / runs;
  }
}
