package org.intraq.tensor.kernel.gemm;

import java.nio.file.Path;
import java.util.List;

/**
 * One class that {@link TileSources} writes.
 *
 * @param species the vectors
 * @param apart floats from one of A's rows to the next: one, {@code GemmBlockTile.BLOCK} or a
 *     pixel's
 * @param reach what a method computes
 * @param farPanel whether the right half of B's columns lies {@code bPanel} floats away
 */
record TileSource(
    String name,
    String use,
    String species,
    int apart,
    Reach reach,
    boolean farPanel,
    Stores stores,
    List<Tile> tiles) {
  /** Tiles of so few rows are for 16 registers, or beside such: {@code package-info}. */
  private static final int FEW_ROWS = 6;

  /** Steps of K in one turn of the loop of tiles with fences. */
  static final int TOGETHER = 4;

  /** And of those over the windows of images with three channels. */
  static final int COLOURS = 3;

  /** Floats between A's rows: one, a block, or the pixels of an image's windows. */
  static final int ADJACENT = 1;

  static final int BLOCK = 16;

  /** What a method computes, and over what its loops go. */
  enum Reach {
    TILE,
    TILES_BELOW,
    /** A tile with fences: {@code GemmPanelTile}. */
    FENCED_TILE,
    /** The same for packed columns of A, a tile's rows apart, and a packed panel of B. */
    FENCED_COLUMNS,
    /** Tiles of the panels of B side by side, with fences; A's blocks are evenly apart. */
    FENCED_BESIDE,
    /** Tiles of one panel below each other, with fences; A's blocks are evenly apart. */
    FENCED_BELOW,
    /** Tiles of one panel below each other, with fences: {@code GemmColourRows}. */
    FENCED_COLOURS;

    boolean fenced() {
      return this == FENCED_TILE || this == FENCED_COLUMNS || this == FENCED_COLOURS || evenly();
    }

    int together() {
      return this == FENCED_COLOURS ? COLOURS : TOGETHER;
    }

    boolean evenly() {
      return this == FENCED_BESIDE || this == FENCED_BELOW;
    }

    boolean below() {
      return this == TILES_BELOW || this == FENCED_BELOW || this == FENCED_COLOURS;
    }

    boolean one() {
      return this == TILE || this == FENCED_TILE || this == FENCED_COLUMNS;
    }
  }

  /**
   * How the sums leave: with a check of their class, or added to -0 as {@code GemmWideTile} says.
   */
  enum Stores {
    CHECKED,
    ADDED_TO_NONE
  }

  /** One method: {@code rows} rows by one or two vectors. */
  record Tile(String name, int rows, int vectors) {}

  Stores stores(Tile tile) {
    return tile.rows() <= FEW_ROWS && !reach.fenced() ? Stores.ADDED_TO_NONE : stores;
  }

  /** The name of the distance of A's rows; null if they are adjacent. */
  String distance() {
    return apart == ADJACENT ? null : apart == BLOCK ? "BLOCK" : "PIXEL";
  }

  Path path() {
    return Path.of("src/main/java/org/intraq/tensor/kernel/gemm", name + ".java");
  }
}
