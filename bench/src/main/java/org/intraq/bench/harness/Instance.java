package org.intraq.bench.harness;

/** A problem set up for one implementation; runs on the thread that called {@link #begin} last. */
public interface Instance extends AutoCloseable {
  /** Prepares the calling thread; called before the first run on it. */
  default void begin() {}

  /** Solves the problem once. */
  void run();

  /** What the last run computed, in the engine's layout. */
  float[] result();

  /** How the implementation does it, where it had a choice; else empty. */
  default String note() {
    return "";
  }

  @Override
  void close();
}
