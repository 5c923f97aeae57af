package org.intraq.models.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/** What every hostile file must end in. */
final class Hostile {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /** All that the reading of one small hostile file may allocate, live or not. */
  private static final long ALLOCATED_BYTES = 512L << 20;

  private static final long CPU_NANOS = 1_000_000_000L;

  private Hostile() {}

  /**
   * Asserts that opening the file and reading all its tensors ends in a {@link WeightFileException}
   * of one line with the file's name and {@code reason}, within a second of processor time and with
   * bounded allocation.
   */
  static void assertRefused(String reason, byte[] file) {
    long cpu = THREADS.getCurrentThreadCpuTime();
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    WeightFileException e =
        assertThrows(
            WeightFileException.class, () -> Fixtures.readAll(WeightFiles.read("evil.bin", file)));
    allocated = THREADS.getCurrentThreadAllocatedBytes() - allocated;
    cpu = THREADS.getCurrentThreadCpuTime() - cpu;
    String message = e.getMessage();
    assertTrue(message.startsWith("evil.bin: "), message);
    assertTrue(message.contains(reason), () -> "expected '" + reason + "' in: " + message);
    assertEquals(1, message.lines().count(), message);
    assertTrue(message.length() < 1000, message);
    long took = cpu;
    assertTrue(took < CPU_NANOS, () -> took / 1_000_000 + " ms: " + message);
    long bytes = allocated;
    assertTrue(bytes < ALLOCATED_BYTES, () -> (bytes >> 20) + " MiB allocated: " + message);
  }
}
