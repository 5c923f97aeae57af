package org.intraq.cuda.launch;

import org.intraq.cuda.driver.Extent;

/**
 * How the rows of a matrix [rows, C] with the channel last are summed ({@code total_sums} of
 * include/channels.cuh): as {@link ChannelGrid}, but in tiles of few channels, so that few slices
 * of many rows make enough blocks, and a tile's last block has little to add up. A function of the
 * shape and the alignment of its windows alone, so that sums have the same tree on every device.
 *
 * @param wide 1 where lanes are float4, else 0
 * @param lanes lanes of a block
 * @param stepRows rows of a block
 * @param tiles blocks along the channels
 * @param sliceRows rows of a slice, which one block sums
 */
public record SumGrid(
    int rows, int channels, int wide, int lanes, int stepRows, int tiles, int sliceRows) {
  private static final int THREADS = 512;

  /** Lanes of 128 bytes. Tiles that split those make two blocks read and write each. */
  private static final int LINE = 8;

  /** Lanes where several matrices are read: wider tiles, so that each is read in longer pieces. */
  private static final int SEVERAL = 16;

  private static final int MOST_LANES = 64;
  private static final int VECTOR = 4;

  /** Rows that a thread takes at least. */
  private static final int THREAD_ROWS = 4;

  /** One for each multiprocessor of a large device; more leave more to the last block of a tile. */
  private static final int MOST_BLOCKS = 132;

  /** The grid for windows that start at {@code addresses}; 0 stands for one that is left out. */
  public static SumGrid of(int rows, int channels, long... addresses) {
    return of(LINE, rows, channels, addresses);
  }

  /** As above for kernels that read three matrices and more. */
  public static SumGrid ofSeveral(int rows, int channels, long... addresses) {
    return of(SEVERAL, rows, channels, addresses);
  }

  private static SumGrid of(int tileLanes, int rows, int channels, long... addresses) {
    boolean wide = channels % VECTOR == 0 && Geometry.wide(addresses);
    int groups = wide ? channels / VECTOR : channels;
    int tiles = Math.ceilDiv(groups, wide && groups % tileLanes == 0 ? tileLanes : MOST_LANES);
    int lanes = tiles == 0 ? 1 : Math.ceilDiv(groups, tiles);
    int stepRows = THREADS / lanes;
    int steps = Math.ceilDiv(rows, stepRows);
    int most = Math.max(1, MOST_BLOCKS / Math.max(1, tiles));
    int slices = Math.clamp(Math.ceilDiv(steps, THREAD_ROWS), 1, most);
    int sliceRows = Math.max(1, Math.ceilDiv(steps, slices)) * stepRows;
    return new SumGrid(rows, channels, wide ? 1 : 0, lanes, stepRows, tiles, sliceRows);
  }

  /** Threads of a block. */
  public Extent block() {
    return Extent.of(lanes, stepRows);
  }

  /** Shares of rows that are summed apart, at least one. */
  public int slices() {
    return Math.max(1, Math.ceilDiv(rows, sliceRows));
  }

  /** Blocks of the sum. */
  public Extent grid() {
    return Extent.of(tiles, slices());
  }

  /** Bytes of two sums in double for each slice and channel. */
  public long partialBytes() {
    return 2L * slices() * channels * Double.BYTES;
  }

  /** Completes a launch: wide, rows, channels, rows of a slice. */
  public Launch sums(Launch launch) {
    return launch
        .grid(grid())
        .block(block())
        .integer(wide)
        .integer(rows)
        .integer(channels)
        .integer(sliceRows);
  }
}
