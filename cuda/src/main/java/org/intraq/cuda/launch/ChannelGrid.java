package org.intraq.cuda.launch;

import org.intraq.cuda.driver.Extent;

/**
 * How a matrix [rows, C] with the channel last is shared out (include/channels.cuh): block (lanes,
 * rows of a step), grid (tiles of channels, shares of rows). {@link SumGrid} is the same for sums
 * over the rows.
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

  private static final int MOST_BLOCKS = 32768;

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
    int shares = Math.ceilDiv(rows, stepRows);
    return Extent.of(tiles, Math.min(shares, Math.max(1, MOST_BLOCKS / Math.max(1, tiles))));
  }

  /** Completes a launch over the rows: wide, rows, channels. */
  public Launch map(Launch launch) {
    return launch.grid(mapGrid()).block(block()).integer(wide).integer(rows).integer(channels);
  }
}
