package org.intraq.images;

import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * Which images step s trains on, as a function of the seed and s alone: every pass takes a random
 * order and drops a last batch that is not full.
 */
public final class BatchDraw {
  private final PhiloxRandom random;
  private final int size;
  private final int batch;
  private long pass = -1;
  private int[] order = {};

  /**
   * Draws batches of {@code batch} out of {@code size} images, of all images if those are fewer.
   */
  public BatchDraw(PhiloxRandom random, int size, int batch) {
    this.random = random;
    this.size = size;
    this.batch = Math.min(batch, size);
  }

  /** Images in a batch. */
  public int batch() {
    return batch;
  }

  /** The images of step {@code step}. */
  public int[] at(int step) {
    int steps = size / batch;
    if (step / steps != pass) {
      pass = step / steps;
      order = random.child(pass).permutation(size);
    }
    int from = step % steps * batch;
    return java.util.Arrays.copyOfRange(order, from, from + batch);
  }
}
