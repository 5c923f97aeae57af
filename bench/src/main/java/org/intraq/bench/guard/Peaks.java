package org.intraq.bench.guard;

import java.util.Arrays;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.kernel.peak.CopyPeak;
import org.intraq.tensor.kernel.peak.MultiplyAddPeak;

/**
 * What this machine can do at this moment, with one thread.
 *
 * <p>Many short calls, because the compiler takes a method for hot only after some hundreds.
 */
final class Peaks {
  private static final int CALLS = 100;
  private static final int ROUNDS = 2000;
  private static final int BLOCK = 1 << 12;
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
    source = new float[Math.ceilDiv(floats, BLOCK) * BLOCK];
    target = new float[source.length];
    Arrays.fill(source, 1.5f);
  }

  /** A short run: the rate in the unit of {@link Work#rate}. */
  double measure() {
    return work.limit() == Work.Limit.ARITHMETIC ? multiplyAdds() : copy();
  }

  private double multiplyAdds() {
    long start = CpuClock.nanos();
    for (int i = 0; i < CALLS; i++) {
      sink += MultiplyAddPeak.run(ROUNDS);
    }
    return CALLS * MultiplyAddPeak.flops(ROUNDS) / (CpuClock.nanos() - start);
  }

  private double copy() {
    long start = CpuClock.nanos();
    for (int at = 0; at < source.length; at += BLOCK) {
      CopyPeak.run(source, target, at, at + BLOCK);
    }
    double elapsed = CpuClock.nanos() - start;
    sink += target[target.length / 2];
    return 2.0 * Float.BYTES * source.length / elapsed;
  }

  /** Keeps the compiler from dropping the work. */
  float sink() {
    return sink;
  }
}
