package org.intraq.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Whether the JVM is still compiling the engine: a kernel runs interpreted or poorly compiled until
 * C2, in the background, has finished with its large methods, which takes seconds for some. A loop
 * that has not become faster for a while may only be waiting for that.
 *
 * <p>Before a method is in C2's queue its calls are counted, in code of C1 that makes an object of
 * every vector. On a busy machine that takes as long as the warm-up: a low-bit convolution was
 * reported with 3.55 ms, C1's time, where it takes 0.02 ms.
 */
final class Compiler {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
  private static final long INTERVAL_NANOS = 10_000_000;

  /** Objects of a run that are vectors: a task's own are a few hundred bytes. */
  private static final long OBJECTS = 64 << 10;

  /** Whole steps leave a megabyte in 200 ms; code of C1 leaves some gigabytes a second. */
  private static final double BYTES_PER_NANO = 0.1;

  private static final ThreadMXBean THREADS =
      ManagementFactory.getPlatformMXBean(ThreadMXBean.class);

  private long asked = System.nanoTime() - INTERVAL_NANOS;
  private boolean busy = true;

  /**
   * Whether a method of the engine is being compiled or waits for it; asks a few times a second.
   */
  boolean busy() {
    long now = System.nanoTime();
    if (now - asked >= INTERVAL_NANOS) {
      busy = concernsEngine(queue());
      asked = System.nanoTime();
    }
    return busy;
  }

  /** Bytes of objects that this thread has made so far. */
  static long allocated() {
    return THREADS.getCurrentThreadAllocatedBytes();
  }

  /** Whether a run of so many nanoseconds left so many bytes that its vectors are objects. */
  static boolean leavesVectors(long bytes, double nanos) {
    return bytes > OBJECTS && bytes > BYTES_PER_NANO * nanos;
  }

  /** Whether a report of the JVM's command Compiler.queue names a method of the engine. */
  static boolean concernsEngine(String queue) {
    return queue.contains("org.intraq.") || queue.contains("jdk.incubator.vector.");
  }

  /** What is being compiled and what waits; nothing where the JVM does not tell. */
  static String queue() {
    try {
      return String.valueOf(
          SERVER.invoke(
              new ObjectName("com.sun.management:type=DiagnosticCommand"),
              "compilerQueue",
              new Object[0],
              new String[0]));
    } catch (JMException e) {
      return "";
    }
  }
}
