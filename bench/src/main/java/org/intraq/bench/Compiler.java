package org.intraq.bench;

import java.lang.management.ManagementFactory;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;

/**
 * Whether the JVM is still compiling the engine: a kernel runs interpreted or poorly compiled until
 * C2, in the background, has finished with its large methods, which takes seconds for some. A loop
 * that has not become faster for a while may only be waiting for that.
 */
final class Compiler {
  private static final MBeanServer SERVER = ManagementFactory.getPlatformMBeanServer();
  private static final long INTERVAL_NANOS = 10_000_000;

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
