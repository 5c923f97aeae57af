package org.intraq.tensor.kernel.gemm;

import java.nio.file.Path;
import java.util.List;

/**
 * One class that {@link TileSources} writes.
 *
 * @param species the vectors
 * @param apart floats from one of A's rows to the next: one, {@code GemmBlockTile.BLOCK}, a pixel's
 *     or a parameter
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

  /** A's rows lie where the caller has them, {@code lda} apart. */
  static final int IN_PLACE = 0;

  /** Steps of K in one turn of the loop over such rows. */
  static final int TOGETHER_IN_PLACE = 2;

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
    FENCED_COLOURS,
    /** Tiles of all columns below each other, with fences; A in place: {@code GemmNarrowRows}. */
    FENCED_IN_PLACE;

    boolean fenced() {
      return this != TILE && this != TILES_BELOW;
    }

    int together() {
      return switch (this) {
        case FENCED_COLOURS -> COLOURS;
        case FENCED_IN_PLACE -> TOGETHER_IN_PLACE;
        default -> TOGETHER;
      };
    }

    /** Whether the parameters tell where each turn's part of A begins, as a list or a gap. */
    boolean placed() {
      return this != FENCED_COLUMNS && this != FENCED_IN_PLACE;
    }

    boolean evenly() {
      return this == FENCED_BESIDE || this == FENCED_BELOW;
    }

    boolean below() {
      return this == TILES_BELOW
          || this == FENCED_BELOW
          || this == FENCED_COLOURS
          || this == FENCED_IN_PLACE;
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

  /** One method: {@code rows} rows by one to four vectors. */
  record Tile(String name, int rows, int vectors) {
    private static final List<List<String>> SIDES =
        List.of(
            List.of("l"), List.of("l", "r"), List.of("l", "m", "r"), List.of("l", "m", "n", "r"));

    /** What the names of a row's vectors end in. */
    List<String> sides() {
      return SIDES.get(vectors - 1);
    }
  }

  Stores stores(Tile tile) {
    return tile.rows() <= FEW_ROWS && !reach.fenced() ? Stores.ADDED_TO_NONE : stores;
  }

  /** The name of the distance of A's rows; null if they are adjacent. */
  String distance() {
    return switch (apart) {
      case ADJACENT -> null;
      case BLOCK -> "BLOCK";
      case IN_PLACE -> "lda";
      default -> "PIXEL";
    };
  }

  Path path() {
    return Path.of("src/main/java/org/intraq/tensor/kernel/gemm", name + ".java");
  }
}
