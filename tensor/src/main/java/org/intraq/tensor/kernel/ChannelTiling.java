package org.intraq.tensor.kernel;

import org.intraq.tensor.parallel.Workers;

/**
 * Reads several rows of [M, C] as one wide row [M / repeat, repeat * C], so that a narrow channel
 * dimension still fills whole vectors.
 *
 * <pre>
 * C = 3, repeat = 16:   row 0   row 1   row 2  ...
 *                      |a b c| |a b c| |a b c| ...   48 wide, three vectors of 16 lanes, no tail
 * </pre>
 *
 * <p>Numbers of a channel are repeated as often ({@link #repeat(float[], int, int, int, float[])}).
 */
public final class ChannelTiling {
  /** Wide rows have at least this many elements, if the tensor has that many rows. */
  private static final int WIDE = 256;

  private ChannelTiling() {}

  /**
   * Rows to be read as one: the fewest that fill whole vectors of {@code lanes} and at least 256
   * elements; 1 where C itself is wide.
   */
  public static int repeat(int c, int lanes) {
    if (c >= WIDE || c == 0) {
      return 1;
    }
    int whole = lanes / gcd(c, lanes);
    int enough = (WIDE + c * whole - 1) / (c * whole);
    return whole * enough;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }

  /** Writes c values {@code count} times to {@code target[0]} on. */
  public static void repeat(float[] values, int at, int c, int count, float[] target) {
    for (int i = 0; i < count; i++) {
      System.arraycopy(values, at, target, i * c, c);
    }
  }

  /** Wide rows of a task of about {@code elements} elements, at least {@code atLeast}. */
  public static int rowsPerBlock(int width, int elements, int atLeast) {
    return Math.max(elements / Math.max(width, 1), atLeast);
  }

  /** One block of rows of equal width that starts at element {@code at}. */
  @FunctionalInterface
  public interface Block {
    /** Works on {@code rows} rows of {@code width} elements; index counts the blocks. */
    void run(int index, int rows, int width, int at);
  }

  /** Number of blocks that {@link #forEach} makes. */
  public static int blocks(int m, int repeat, int rowsPerBlock) {
    int wide = m / repeat;
    return (wide + rowsPerBlock - 1) / rowsPerBlock + (wide * repeat < m ? 1 : 0);
  }

  /**
   * Shares the rows of [M, C] out in blocks of {@code rowsPerBlock} wide rows; rows that do not
   * fill a wide row form a last block of width C. Blocks depend on the arguments alone.
   */
  public static void forEach(
      Workers workers, int m, int c, int repeat, int rowsPerBlock, Block block) {
    int wide = m / repeat;
    int full = (wide + rowsPerBlock - 1) / rowsPerBlock;
    workers.run(
        blocks(m, repeat, rowsPerBlock),
        i -> {
          if (i < full) {
            int from = i * rowsPerBlock;
            int rows = Math.min(rowsPerBlock, wide - from);
            block.run(i, rows, repeat * c, from * repeat * c);
          } else {
            block.run(i, m - wide * repeat, c, wide * repeat * c);
          }
        });
  }
}
