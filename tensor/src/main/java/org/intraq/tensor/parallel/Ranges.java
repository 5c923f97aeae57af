package org.intraq.tensor.parallel;

/**
 * Parallel loops over the elements of a range, cut into chunks whose borders do not depend on
 * threads.
 */
public final class Ranges {
  /** The body of a loop over a chunk. */
  @FunctionalInterface
  public interface Body {
    /** Runs over the indices [from, to). */
    void run(int from, int to);
  }

  private Ranges() {}

  /**
   * Runs {@code body} over [0, size) in chunks of {@code chunk} indices, the last one shorter.
   *
   * @throws IllegalArgumentException if {@code size} is negative or {@code chunk} below 1
   */
  public static void run(Workers workers, int size, int chunk, Body body) {
    if (size < 0 || chunk < 1) {
      throw new IllegalArgumentException(
          "ranges: expected size >= 0 and chunk >= 1, got " + size + ", " + chunk);
    }
    if (size <= chunk) {
      if (size > 0) {
        body.run(0, size);
      }
      return;
    }
    int chunks = (size - 1) / chunk + 1;
    workers.run(
        chunks,
        i -> {
          int from = i * chunk;
          body.run(from, size - from < chunk ? size : from + chunk);
        });
  }
}
