package org.intraq.tensor.kernel.lowbit;

import jdk.incubator.vector.IntVector;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * How Winograd's algorithm on codes cuts a 3x3 convolution of stride 1 into strips of square tiles,
 * and hands their sums to the output stage.
 *
 * <p>A strip's sums lie [vector of columns][row][pixel][columns], whole tiles.
 */
final class TileStrips {
  private static final int COLUMNS = IntVector.SPECIES_PREFERRED.length();

  private final Conv2dShape shape;
  private final TiledWeights w;
  private final OutputStageSimd sink;

  /** Rows and columns of a tile's results. */
  private final int side;

  /** Vectors of columns of a block. */
  final int vectors;

  /** Rows of tiles of an image. */
  final int down;

  /** Tiles as the pixels of a plan: rows of tiles of all images below one another. */
  final StripPlan plan;

  /**
   * Strips of a call.
   *
   * @param side rows and columns of a tile's results
   * @param most tiles that a strip aims at
   */
  TileStrips(Conv2dShape shape, TiledWeights w, OutputStageSimd sink, int side, int most) {
    this.shape = shape;
    this.w = w;
    this.sink = sink;
    this.side = side;
    vectors = w.tiles.columns() / COLUMNS;
    down = (shape.outH() + side - 1) / side;
    int rows = shape.n() * down;
    int across = (shape.outW() + side - 1) / side;
    Conv2dShape tiles =
        new Conv2dShape(1, rows, across, shape.ic(), shape.oc(), 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, 1);
    plan = StripPlan.of(tiles, w.blocks, most);
  }

  /** Tiles of side {@code side} that a convolution has in all. */
  static int tiles(Conv2dShape s, int side) {
    return s.n() * ((s.outH() + side - 1) / side) * ((s.outW() + side - 1) / side);
  }

  /** Sums of a strip, for each of which a vector of a block's columns has a place. */
  int sums(StripPlan.Strip strip) {
    return side * side * strip.pixels() * vectors * COLUMNS;
  }

  /** Writes what a block's sums start from. */
  void fill(StripPlan.Strip strip, int[] start, int block, int[] acc) {
    int size = side * side * strip.pixels() * COLUMNS;
    for (int v = 0; v < vectors; v++) {
      int first = v * size;
      System.arraycopy(start, block * w.tiles.columns() + v * COLUMNS, acc, first, COLUMNS);
      for (int done = COLUMNS; done < size; done *= 2) {
        System.arraycopy(acc, first, acc, first + done, Math.min(done, size - done));
      }
    }
  }

  /**
   * Hands a strip to the output stage: as one row of pixels where it is as wide as the result and
   * no tile has pixels too many.
   */
  void store(StripPlan.Strip strip, int block, int[] acc) {
    int wide = side * (strip.q1() - strip.q0());
    int left = side * strip.q0();
    boolean whole = wide == shape.outW() && side * down == shape.outH();
    int rows = side * (strip.p1() - strip.p0());
    int pixels = whole ? rows * wide : Math.min(wide, shape.outW() - left);
    for (int v = 0; v < vectors; v++) {
      int channel = block * w.tiles.columns() + v * COLUMNS;
      int size = Math.min(COLUMNS, shape.oc() - channel);
      for (int i = 0; size > 0 && i < (whole ? 1 : rows); i++) {
        int row = side * strip.p0() + i;
        int p = row % (side * down);
        if (p < shape.outH()) {
          int pixel = (row / (side * down) * shape.outH() + p) * shape.outW() + left;
          int at = (v * rows + i) * wide * COLUMNS;
          int to = pixel * shape.oc() + channel;
          sink.take(
              OutputStageSimd.Rows.of(
                  acc,
                  at,
                  COLUMNS,
                  pixels,
                  size,
                  null,
                  0,
                  1,
                  false,
                  channel,
                  to,
                  shape.oc(),
                  0,
                  0));
        }
      }
    }
  }
}
