package org.intraq.bench.harness;

/** A problem set up for one implementation; runs on the thread that called {@link #begin} last. */
public interface Instance extends AutoCloseable {
  /** Prepares the calling thread; called before the first run on it. */
  default void begin() {}

  /** Solves the problem once. */
  void run();

  /** What the last run computed, in the engine's layout. */
  float[] result();

  /** Whether the result has to agree with others': not where another precision computes it. */
  default boolean agrees() {
    return true;
  }

  /** This instance as one whose result is that of another precision. */
  default Instance ofOtherPrecision() {
    Instance self = this;
    return new Instance() {
      @Override
      public void begin() {
        self.begin();
      }

      @Override
      public void run() {
        self.run();
      }

      @Override
      public float[] result() {
        return self.result();
      }

      @Override
      public boolean agrees() {
        return false;
      }

      @Override
      public String note() {
        return self.note();
      }

      @Override
      public void close() {
        self.close();
      }
    };
  }

  /** How the implementation does it, where it had a choice; else empty. */
  default String note() {
    return "";
  }

  @Override
  void close();
}
