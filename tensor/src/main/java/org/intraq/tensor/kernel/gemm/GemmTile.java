package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.ADD;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile that GEMM and convolution share: a few rows by two vectors of sums that stay in
 * registers over the whole of K.
 *
 * <pre>
 * c[i, j] = sum over p &lt; depth, with t = p / segLen, of
 *     a[aBase + seg[t] + (p % segLen) * aStep + i] * b[bBase + p * bStep + j]
 * 0 &lt;= i &lt; rows, 0 &lt;= j &lt; {@link #COLUMNS}
 * c[i, j] lies at c[cAt + i * ldc + j]
 * </pre>
 *
 * <p>K is cut into segments because a convolution's window is made of rows: inside a segment A
 * advances by a fixed step, between segments by a jump that {@code seg} lists. The samples of one
 * step of K lie side by side in A (here) or {@link GemmBlockTile#BLOCK} floats apart: a distance
 * known to the compiler, so that it merges their range checks into two. With twelve checks, each
 * with an exit that has to save all accumulators, it would keep half of them in memory.
 *
 * <p>To add to C, {@link #add} does a second pass over a tile of sums. In the tile itself, reading
 * C would be another 24 loads and sums: too many nodes for C2, which then leaves vectors in memory.
 * For the same reason vectors are asked by {@code lanewise} and {@code check} here, where C2 sees
 * their class, and not by the shorter {@code add} and {@code fma}: {@code package-info}.
 *
 * <p>Every sum is formed in the order of K with fused multiply-adds; so neither the number of rows
 * nor the vector width changes a bit of it.
 */
public final class GemmTile {
  static final boolean MANY_REGISTERS = FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 512;

  /** 256 bits at most; {@link TileWidth} says when {@link GemmWideTile} takes 512. */
  static final VectorSpecies<Float> SPECIES =
      FloatVector.SPECIES_PREFERRED.vectorBitSize() >= 256
          ? FloatVector.SPECIES_256
          : FloatVector.SPECIES_128;

  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Float> WIDE = FloatVector.SPECIES_PREFERRED;
  private static final int WIDE_LANES = WIDE.length();

  /** Columns of a tile: two vectors. */
  public static final int COLUMNS = 2 * LANES;

  /** Panels of B that are computed together where they are full: 2 with vectors of 512 bits. */
  public static final int PANELS = TileWidth.PAIRS ? 2 : 1;

  /**
   * Rows of the large tile. With 12 a few registers stay free; 14 fill all but one, and what C2
   * then spills depends on what ran before in the JVM.
   */
  public static final int ROWS = MANY_REGISTERS ? 12 : 6;

  /** Rows of the small tile, for what the large one leaves over. */
  public static final int SMALL_ROWS = MANY_REGISTERS ? 8 : 4;

  private GemmTile() {}

  /**
   * {@link #run} for {@code panels} panels of B, 1 or {@link GemmTile#PANELS}, that lie {@code
   * bPanel} floats apart.
   */
  public static void run(
      int panels,
      int rows,
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      int bPanel,
      float[] c,
      int cAt,
      int ldc) {
    if (panels == 1) {
      run(rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else {
      GemmWideTile.pair(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, c, cAt, ldc);
    }
  }

  /**
   * Runs the smallest tile that has at least {@code rows} rows, at most {@link GemmTile#ROWS}; the
   * tile reads and writes all of its own rows.
   */
  public static void run(
      int rows,
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] c,
      int cAt,
      int ldc) {
    if (TileWidth.SINGLES) {
      GemmWideTile.single(rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else if (GemmTile.MANY_REGISTERS) {
      if (rows > 8) {
        GemmTileKernels.tile12x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
      } else {
        GemmTileKernels.tile8x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
      }
    } else if (rows > 4) {
      GemmTileKernels.tile6x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else {
      GemmTileKernels.tile4x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    }
  }

  /** Copies a block of a few rows and columns, as at the borders of a matrix. */
  public static void copy(
      int rows, int columns, float[] from, int fromAt, int ldFrom, float[] to, int toAt, int ldTo) {
    int whole = SPECIES.loopBound(columns);
    for (int i = 0; i < rows; i++) {
      int source = fromAt + i * ldFrom;
      int target = toAt + i * ldTo;
      for (int j = 0; j < whole; j += LANES) {
        FloatVector x = FloatVector.fromArray(SPECIES, from, source + j);
        x.check(SPECIES);
        x.intoArray(to, target + j);
      }
      // Masked vectors were left as objects here.
      for (int j = whole; j < columns; j++) {
        to[target + j] = from[source + j];
      }
    }
  }

  /** Adds a block of a few rows and columns: {@code to += from}. */
  public static void add(
      int rows, int columns, float[] from, int fromAt, int ldFrom, float[] to, int toAt, int ldTo) {
    if (columns == 2 * WIDE_LANES) {
      addPairs(rows, from, fromAt, ldFrom, to, toAt, ldTo);
      return;
    }
    if (columns == WIDE_LANES) {
      addSingles(rows, from, fromAt, ldFrom, to, toAt, ldTo);
      return;
    }
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        to[toAt + i * ldTo + j] += from[fromAt + i * ldFrom + j];
      }
    }
  }

  /** Two whole vectors in each row: the usual case, without a loop that costs more than they do. */
  private static void addPairs(
      int rows, float[] from, int fromAt, int ldFrom, float[] to, int toAt, int ldTo) {
    int source = fromAt;
    int target = toAt;
    for (int i = 0; i < rows; i++, source += ldFrom, target += ldTo) {
      FloatVector left = FloatVector.fromArray(WIDE, from, source);
      FloatVector right = FloatVector.fromArray(WIDE, from, source + WIDE_LANES);
      FloatVector oldLeft = FloatVector.fromArray(WIDE, to, target);
      FloatVector oldRight = FloatVector.fromArray(WIDE, to, target + WIDE_LANES);
      left.lanewise(ADD, oldLeft).intoArray(to, target);
      right.lanewise(ADD, oldRight).intoArray(to, target + WIDE_LANES);
    }
  }

  /** A whole vector in each row: a single panel at 512 bits. */
  private static void addSingles(
      int rows, float[] from, int fromAt, int ldFrom, float[] to, int toAt, int ldTo) {
    int source = fromAt;
    int target = toAt;
    for (int i = 0; i < rows; i++, source += ldFrom, target += ldTo) {
      FloatVector old = FloatVector.fromArray(WIDE, to, target);
      FloatVector.fromArray(WIDE, from, source).lanewise(ADD, old).intoArray(to, target);
    }
  }

  /** How many of the panels from {@code panel} on, of {@code columns} columns, go together. */
  public static int together(int panel, int columns) {
    return (panel + PANELS) * COLUMNS <= columns ? PANELS : 1;
  }

  /**
   * How many of {@code rows} rows large tiles should compute, small ones the rest: the split that
   * costs least. A row of a small tile costs a tenth more, because each vector of B serves fewer.
   */
  public static int largeRows(int rows) {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int large = 0; large < rows + ROWS; large += ROWS) {
      int small = (Math.max(0, rows - large) + SMALL_ROWS - 1) / SMALL_ROWS * SMALL_ROWS;
      int cost = 10 * large + 11 * small;
      if (cost <= least) {
        least = cost;
        best = large;
      }
    }
    return best;
  }

  /** Rows of the tile that {@link #run} takes for {@code rows}. */
  public static int tileRows(int rows) {
    return rows > SMALL_ROWS ? ROWS : SMALL_ROWS;
  }
}
