package org.intraq.cuda.kernel.depthwise;

import java.util.function.IntUnaryOperator;

/**
 * How results of a 3 x 3 kernel are cut into walks. A tall walk loads few rows twice; many walks
 * fill the device evenly. The shape alone decides, not the device, so that sums have the same bits
 * everywhere.
 *
 * @param rows rows of a walk
 * @param waves times that all multiprocessors are filled with blocks
 */
record Walks(int rows, int waves) {
  /** Of an H100 or H200; only speed depends on it. */
  private static final int MULTIPROCESSORS = 132;

  private static final int FEWEST_ROWS = 4;

  /** Steps that starting a walk takes as long as. */
  private static final int START = 1;

  /**
   * The heights that end first.
   *
   * @param height rows of the result
   * @param most most rows of a walk
   * @param halo steps of a walk beyond its rows
   * @param resident blocks that a multiprocessor holds at a time
   * @param blocks their number if an image has so many walks one below the other
   */
  static Walks choose(int height, int most, int halo, int resident, IntUnaryOperator blocks) {
    if (height == 0) {
      return new Walks(1, 1);
    }
    Walks best = null;
    long least = Long.MAX_VALUE;
    int last = Math.max(1, height / FEWEST_ROWS);
    for (int tiles = Math.ceilDiv(height, most); tiles <= last; tiles++) {
      int rows = Math.ceilDiv(height, tiles);
      int fewest = Math.ceilDiv(height, rows);
      int waves = Math.ceilDiv(blocks.applyAsInt(fewest), resident * MULTIPROCESSORS);
      long steps = (long) waves * (rows + halo + START);
      if (steps < least) {
        least = steps;
        best = new Walks(rows, waves);
      }
    }
    return best == null ? new Walks(1, 1) : best;
  }

  /** Walks one below the other that cover {@code height} rows. */
  int tiles(int height) {
    return Math.ceilDiv(height, rows);
  }
}
