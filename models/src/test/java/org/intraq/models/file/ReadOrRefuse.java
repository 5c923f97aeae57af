package org.intraq.models.file;

import java.lang.management.ManagementFactory;
import java.util.function.Function;

/** The law of every reader: any bytes read, or end in one line, soon. */
final class ReadOrRefuse {
  /** Ample for code that is cold and instrumented; {@link Hostile} holds warm code to a second. */
  private static final long CPU_NANOS = 5_000_000_000L;

  /** Tensors are read only below this, so that fuzzing spends its time on structure. */
  private static final long READ_BYTES = 1 << 20;

  private ReadOrRefuse() {}

  /** As {@link WeightFiles#read}, whatever the format. */
  static void anyFormat(byte[] file) {
    check(WeightFiles::read, file);
  }

  /** Fails by any exception but {@link WeightFileException}, or when it is no line or slow. */
  static void check(Function<ByteSource, TensorFile> reader, byte[] file) {
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    try {
      TensorFile read = reader.apply(ByteSource.of("damaged", file == null ? new byte[0] : file));
      if (read.sizeBytes() <= READ_BYTES) {
        Fixtures.readAll(read);
      }
    } catch (WeightFileException refused) {
      String message = refused.getMessage();
      if (message.lines().count() != 1 || !message.startsWith("damaged: ")) {
        throw new AssertionError("not one line with the file's name: " + message, refused);
      }
    }
    long took = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
    if (took > CPU_NANOS) {
      throw new AssertionError("took " + took / 1_000_000 + " ms");
    }
  }
}
