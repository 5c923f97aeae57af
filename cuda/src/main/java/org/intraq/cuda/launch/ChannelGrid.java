package org.intraq.cuda.launch;

import org.intraq.cuda.driver.Extent;

/**
 * How a matrix [rows, C] with the channel last is shared out (include/channels.cuh): block (lanes,
 * rows of a step), grid (tiles of channels, shares of rows). A function of the shape and the
 * alignment of its windows alone, so that sums have the same tree on every device.
 *
 * <pre>
 *            tile 0                 tile 1
 *       | lane 0 | lane 1 | .. || lane 0 | ..      a lane: 4 adjacent channels (wide) or 1
 * row 0 |  y = 0                ||
 * row 1 |  y = 1                ||                  a block steps by all its rows
 * </pre>
 *
 * @param wide 1 where lanes are float4, else 0
 * @param lanes lanes of a block
 * @param stepRows rows of a block
 * @param tiles blocks along the channels
 */
public record ChannelGrid(int rows, int channels, int wide, int lanes, int stepRows, int tiles) {
  private static final int THREADS = 256;
  private static final int MOST_LANES = 64;
  private static final int VECTOR = 4;

  /** Rows that a thread takes at least: one chunk of the kernel's sums. */
  private static final int THREAD_ROWS = 8;

  private static final int MAP_ROWS = 4;
  private static final int MOST_BLOCKS = 4096;
  private static final int MOST_SLICES = 256;

  /** The grid for windows that start at {@code addresses}; 0 stands for one that is left out. */
  public static ChannelGrid of(int rows, int channels, long... addresses) {
    boolean wide = channels % VECTOR == 0 && Geometry.wide(addresses);
    int groups = wide ? channels / VECTOR : channels;
    int tiles = Math.ceilDiv(groups, MOST_LANES);
    int lanes = tiles == 0 ? 1 : Math.ceilDiv(groups, tiles);
    return new ChannelGrid(rows, channels, wide ? 1 : 0, lanes, THREADS / lanes, tiles);
  }

  /** Threads of a block. */
  public Extent block() {
    return Extent.of(lanes, stepRows);
  }

  /** Blocks of a map, which strides over the rows. */
  public Extent mapGrid() {
    int shares = Math.ceilDiv(rows, stepRows * MAP_ROWS);
    return Extent.of(tiles, Math.min(shares, Math.max(1, MOST_BLOCKS / Math.max(1, tiles))));
  }

  /** Shares of rows that are summed apart, at least one. */
  public int slices() {
    return Math.max(1, Math.ceilDiv(rows, sliceRows()));
  }

  /** Rows of a slice. */
  public int sliceRows() {
    int slices = Math.clamp(Math.ceilDiv(rows, stepRows * THREAD_ROWS), 1, MOST_SLICES);
    return Math.max(1, Math.ceilDiv(rows, slices));
  }

  /** Blocks of a sum. */
  public Extent sumGrid() {
    return Extent.of(tiles, slices());
  }

  /** Bytes of two sums in double for each slice and channel. */
  public long partialBytes() {
    return 2L * slices() * channels * Double.BYTES;
  }

  /** Completes a launch over the rows: wide, rows, channels. */
  public Launch map(Launch launch) {
    return launch.grid(mapGrid()).block(block()).integer(wide).integer(rows).integer(channels);
  }

  /** Completes a launch that sums slices: wide, rows, channels, rows of a slice. */
  public Launch sums(Launch launch) {
    return launch
        .grid(sumGrid())
        .block(block())
        .integer(wide)
        .integer(rows)
        .integer(channels)
        .integer(sliceRows());
  }

  /** Completes a launch that adds the slices up: slices, channels. */
  public Launch finish(Launch launch) {
    return launch
        .grid(Extent.of(Math.ceilDiv(channels, 32)))
        .block(Extent.of(32, 8))
        .integer(slices())
        .integer(channels);
  }
}
