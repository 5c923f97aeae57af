package org.intraq.bench.guard;

import java.util.Arrays;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.kernel.peak.MultiplyAddPeak;

/** One short measurement of what this machine can do at this moment, with one thread. */
final class Peaks {
  private static final int ROUNDS = 200_000;
  private static final int SMALLEST_COPY = 1 << 18;

  private final Work work;
  private final float[] source;
  private final float[] target;
  private float sink;

  /**
   * For kernels with this work: a copy has as many bytes to move, so it lies in the same caches.
   */
  Peaks(Work work) {
    this.work = work;
    boolean memory = work.limit() == Work.Limit.MEMORY;
    int floats = memory ? (int) Math.max(SMALLEST_COPY, work.bytes() / (2 * Float.BYTES)) : 0;
    source = new float[floats];
    target = new float[floats];
    Arrays.fill(source, 1.5f);
  }

  /** The rate, in the unit of {@link Work#rate}. */
  double measure() {
    long start = CpuClock.nanos();
    if (work.limit() == Work.Limit.ARITHMETIC) {
      sink += MultiplyAddPeak.run(ROUNDS);
      return MultiplyAddPeak.flops(ROUNDS) / (CpuClock.nanos() - start);
    }
    System.arraycopy(source, 0, target, 0, source.length);
    return 2.0 * Float.BYTES * source.length / (CpuClock.nanos() - start);
  }

  /** Keeps the compiler from dropping the work. */
  float sink() {
    return sink + (target.length == 0 ? 0 : target[target.length / 2]);
  }
}
