package org.intraq.bench.guard;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** The time that the calling thread has spent on a processor: other programs do not lengthen it. */
final class CpuClock {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final boolean KNOWN = THREADS.isCurrentThreadCpuTimeSupported();

  private CpuClock() {}

  /** Nanoseconds; elapsed time where the platform does not count a thread's own. */
  static long nanos() {
    return KNOWN ? THREADS.getCurrentThreadCpuTime() : System.nanoTime();
  }
}
