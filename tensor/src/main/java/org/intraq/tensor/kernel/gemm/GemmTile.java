package org.intraq.tensor.kernel.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * The register tile that GEMM and convolution share: a few rows by two vectors of sums that stay in
 * registers over the whole of K.
 *
 * <pre>
 * c[i, j] = init[i, j] + sum over p &lt; depth, with t = p / segLen, of
 *     a[aBase + seg[t] + (p % segLen) * aStep + i] * b[bBase + p * bStep + j]
 * 0 &lt;= i &lt; rows, 0 &lt;= j &lt; {@link #COLUMNS}
 * c[i, j] lies at c[cAt + i * ldc + j], init[i, j] at init[initAt + i * ldInit + j]
 * </pre>
 *
 * <p>K is cut into segments because a convolution's window is made of rows: inside a segment A
 * advances by a fixed step, between segments by a jump that {@code seg} lists. The samples of one
 * step of K lie side by side in A (here) or {@link GemmBlockTile#BLOCK} floats apart: a distance
 * known to the compiler, so that it merges their range checks into two. With fourteen checks, each
 * with an exit that has to save all accumulators, it would keep half of them in memory.
 *
 * <p>{@code init} is C itself to add to it, or {@link #ZEROS} with ldInit = 0: not a flag, because
 * a branch that the compiler has not yet seen taken would throw the compiled tile away.
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

  /** Columns of a tile: two vectors. */
  public static final int COLUMNS = 2 * LANES;

  /** Panels of B that are computed together where they are full: 2 with vectors of 512 bits. */
  public static final int PANELS = TileWidth.PAIRS ? 2 : 1;

  /** A row of zeros, to start sums from. */
  public static final float[] ZEROS = new float[PANELS * COLUMNS];

  /** Rows of the large tile: as many as the registers hold. */
  public static final int ROWS = MANY_REGISTERS ? 14 : 6;

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
      float[] init,
      int initAt,
      int ldInit,
      float[] c,
      int cAt,
      int ldc) {
    if (panels == 1) {
      run(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt,
          ldc);
    } else {
      GemmWideTile.pair(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, init, initAt, ldInit,
          c, cAt, ldc);
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
      float[] init,
      int initAt,
      int ldInit,
      float[] c,
      int cAt,
      int ldc) {
    if (TileWidth.SINGLES) {
      GemmWideTile.single(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt,
          ldc);
    } else if (GemmTile.MANY_REGISTERS) {
      if (rows > 8) {
        tile14x2(
            seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt,
            ldc);
      } else {
        tile8x2(
            seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt,
            ldc);
      }
    } else if (rows > 4) {
      tile6x2(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt, ldc);
    } else {
      tile4x2(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt, ldc);
    }
  }

  /** Copies a block of a few rows and columns, as at the borders of a matrix. */
  public static void copy(
      int rows, int columns, float[] from, int fromAt, int ldFrom, float[] to, int toAt, int ldTo) {
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        to[toAt + i * ldTo + j] = from[fromAt + i * ldFrom + j];
      }
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

  /** 14 rows by two vectors: 28 accumulators, two vectors of B and one broadcast sample of A. */
  private static void tile14x2(
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] init,
      int initAt,
      int ldInit,
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = FloatVector.zero(SPECIES);
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = FloatVector.zero(SPECIES);
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = FloatVector.zero(SPECIES);
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = FloatVector.zero(SPECIES);
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c4r = FloatVector.zero(SPECIES);
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c5r = FloatVector.zero(SPECIES);
    FloatVector c6l = FloatVector.zero(SPECIES);
    FloatVector c6r = FloatVector.zero(SPECIES);
    FloatVector c7l = FloatVector.zero(SPECIES);
    FloatVector c7r = FloatVector.zero(SPECIES);
    FloatVector c8l = FloatVector.zero(SPECIES);
    FloatVector c8r = FloatVector.zero(SPECIES);
    FloatVector c9l = FloatVector.zero(SPECIES);
    FloatVector c9r = FloatVector.zero(SPECIES);
    FloatVector c10l = FloatVector.zero(SPECIES);
    FloatVector c10r = FloatVector.zero(SPECIES);
    FloatVector c11l = FloatVector.zero(SPECIES);
    FloatVector c11r = FloatVector.zero(SPECIES);
    FloatVector c12l = FloatVector.zero(SPECIES);
    FloatVector c12r = FloatVector.zero(SPECIES);
    FloatVector c13l = FloatVector.zero(SPECIES);
    FloatVector c13r = FloatVector.zero(SPECIES);
    int bAt = bBase;
    int rest = depth;
    for (int t = 0; rest > 0; t++) {
      int aAt = aBase + seg[t];
      int steps = Math.min(segLen, rest);
      rest -= steps;
      for (int p = 0; p < steps; p++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bAt);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bAt + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.fma(bl, c0l);
        c0r = x.fma(br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.fma(bl, c1l);
        c1r = x.fma(br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.fma(bl, c2l);
        c2r = x.fma(br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.fma(bl, c3l);
        c3r = x.fma(br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.fma(bl, c4l);
        c4r = x.fma(br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.fma(bl, c5l);
        c5r = x.fma(br, c5r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6]);
        c6l = x.fma(bl, c6l);
        c6r = x.fma(br, c6r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7]);
        c7l = x.fma(bl, c7l);
        c7r = x.fma(br, c7r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 8]);
        c8l = x.fma(bl, c8l);
        c8r = x.fma(br, c8r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 9]);
        c9l = x.fma(bl, c9l);
        c9r = x.fma(br, c9r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 10]);
        c10l = x.fma(bl, c10l);
        c10r = x.fma(br, c10r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 11]);
        c11l = x.fma(bl, c11l);
        c11r = x.fma(br, c11r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 12]);
        c12l = x.fma(bl, c12l);
        c12r = x.fma(br, c12r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 13]);
        c13l = x.fma(bl, c13l);
        c13r = x.fma(br, c13r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.add(FloatVector.fromArray(SPECIES, init, initAt)).intoArray(c, cAt);
    c0r.add(FloatVector.fromArray(SPECIES, init, initAt + LANES)).intoArray(c, cAt + LANES);
    c1l.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit)).intoArray(c, cAt + ldc);
    c1r.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit + LANES))
        .intoArray(c, cAt + ldc + LANES);
    c2l.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit)).intoArray(c, cAt + 2 * ldc);
    c2r.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit + LANES))
        .intoArray(c, cAt + 2 * ldc + LANES);
    c3l.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit)).intoArray(c, cAt + 3 * ldc);
    c3r.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit + LANES))
        .intoArray(c, cAt + 3 * ldc + LANES);
    c4l.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit)).intoArray(c, cAt + 4 * ldc);
    c4r.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit + LANES))
        .intoArray(c, cAt + 4 * ldc + LANES);
    c5l.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit)).intoArray(c, cAt + 5 * ldc);
    c5r.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit + LANES))
        .intoArray(c, cAt + 5 * ldc + LANES);
    c6l.add(FloatVector.fromArray(SPECIES, init, initAt + 6 * ldInit)).intoArray(c, cAt + 6 * ldc);
    c6r.add(FloatVector.fromArray(SPECIES, init, initAt + 6 * ldInit + LANES))
        .intoArray(c, cAt + 6 * ldc + LANES);
    c7l.add(FloatVector.fromArray(SPECIES, init, initAt + 7 * ldInit)).intoArray(c, cAt + 7 * ldc);
    c7r.add(FloatVector.fromArray(SPECIES, init, initAt + 7 * ldInit + LANES))
        .intoArray(c, cAt + 7 * ldc + LANES);
    c8l.add(FloatVector.fromArray(SPECIES, init, initAt + 8 * ldInit)).intoArray(c, cAt + 8 * ldc);
    c8r.add(FloatVector.fromArray(SPECIES, init, initAt + 8 * ldInit + LANES))
        .intoArray(c, cAt + 8 * ldc + LANES);
    c9l.add(FloatVector.fromArray(SPECIES, init, initAt + 9 * ldInit)).intoArray(c, cAt + 9 * ldc);
    c9r.add(FloatVector.fromArray(SPECIES, init, initAt + 9 * ldInit + LANES))
        .intoArray(c, cAt + 9 * ldc + LANES);
    c10l.add(FloatVector.fromArray(SPECIES, init, initAt + 10 * ldInit))
        .intoArray(c, cAt + 10 * ldc);
    c10r.add(FloatVector.fromArray(SPECIES, init, initAt + 10 * ldInit + LANES))
        .intoArray(c, cAt + 10 * ldc + LANES);
    c11l.add(FloatVector.fromArray(SPECIES, init, initAt + 11 * ldInit))
        .intoArray(c, cAt + 11 * ldc);
    c11r.add(FloatVector.fromArray(SPECIES, init, initAt + 11 * ldInit + LANES))
        .intoArray(c, cAt + 11 * ldc + LANES);
    c12l.add(FloatVector.fromArray(SPECIES, init, initAt + 12 * ldInit))
        .intoArray(c, cAt + 12 * ldc);
    c12r.add(FloatVector.fromArray(SPECIES, init, initAt + 12 * ldInit + LANES))
        .intoArray(c, cAt + 12 * ldc + LANES);
    c13l.add(FloatVector.fromArray(SPECIES, init, initAt + 13 * ldInit))
        .intoArray(c, cAt + 13 * ldc);
    c13r.add(FloatVector.fromArray(SPECIES, init, initAt + 13 * ldInit + LANES))
        .intoArray(c, cAt + 13 * ldc + LANES);
  }

  /** 8 rows by two vectors: 16 accumulators, two vectors of B and one broadcast sample of A. */
  private static void tile8x2(
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] init,
      int initAt,
      int ldInit,
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = FloatVector.zero(SPECIES);
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = FloatVector.zero(SPECIES);
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = FloatVector.zero(SPECIES);
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = FloatVector.zero(SPECIES);
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c4r = FloatVector.zero(SPECIES);
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c5r = FloatVector.zero(SPECIES);
    FloatVector c6l = FloatVector.zero(SPECIES);
    FloatVector c6r = FloatVector.zero(SPECIES);
    FloatVector c7l = FloatVector.zero(SPECIES);
    FloatVector c7r = FloatVector.zero(SPECIES);
    int bAt = bBase;
    int rest = depth;
    for (int t = 0; rest > 0; t++) {
      int aAt = aBase + seg[t];
      int steps = Math.min(segLen, rest);
      rest -= steps;
      for (int p = 0; p < steps; p++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bAt);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bAt + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.fma(bl, c0l);
        c0r = x.fma(br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.fma(bl, c1l);
        c1r = x.fma(br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.fma(bl, c2l);
        c2r = x.fma(br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.fma(bl, c3l);
        c3r = x.fma(br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.fma(bl, c4l);
        c4r = x.fma(br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.fma(bl, c5l);
        c5r = x.fma(br, c5r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6]);
        c6l = x.fma(bl, c6l);
        c6r = x.fma(br, c6r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7]);
        c7l = x.fma(bl, c7l);
        c7r = x.fma(br, c7r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.add(FloatVector.fromArray(SPECIES, init, initAt)).intoArray(c, cAt);
    c0r.add(FloatVector.fromArray(SPECIES, init, initAt + LANES)).intoArray(c, cAt + LANES);
    c1l.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit)).intoArray(c, cAt + ldc);
    c1r.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit + LANES))
        .intoArray(c, cAt + ldc + LANES);
    c2l.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit)).intoArray(c, cAt + 2 * ldc);
    c2r.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit + LANES))
        .intoArray(c, cAt + 2 * ldc + LANES);
    c3l.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit)).intoArray(c, cAt + 3 * ldc);
    c3r.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit + LANES))
        .intoArray(c, cAt + 3 * ldc + LANES);
    c4l.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit)).intoArray(c, cAt + 4 * ldc);
    c4r.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit + LANES))
        .intoArray(c, cAt + 4 * ldc + LANES);
    c5l.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit)).intoArray(c, cAt + 5 * ldc);
    c5r.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit + LANES))
        .intoArray(c, cAt + 5 * ldc + LANES);
    c6l.add(FloatVector.fromArray(SPECIES, init, initAt + 6 * ldInit)).intoArray(c, cAt + 6 * ldc);
    c6r.add(FloatVector.fromArray(SPECIES, init, initAt + 6 * ldInit + LANES))
        .intoArray(c, cAt + 6 * ldc + LANES);
    c7l.add(FloatVector.fromArray(SPECIES, init, initAt + 7 * ldInit)).intoArray(c, cAt + 7 * ldc);
    c7r.add(FloatVector.fromArray(SPECIES, init, initAt + 7 * ldInit + LANES))
        .intoArray(c, cAt + 7 * ldc + LANES);
  }

  /** 6 rows by two vectors: 12 accumulators, two vectors of B and one broadcast sample of A. */
  private static void tile6x2(
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] init,
      int initAt,
      int ldInit,
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = FloatVector.zero(SPECIES);
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = FloatVector.zero(SPECIES);
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = FloatVector.zero(SPECIES);
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = FloatVector.zero(SPECIES);
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c4r = FloatVector.zero(SPECIES);
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c5r = FloatVector.zero(SPECIES);
    int bAt = bBase;
    int rest = depth;
    for (int t = 0; rest > 0; t++) {
      int aAt = aBase + seg[t];
      int steps = Math.min(segLen, rest);
      rest -= steps;
      for (int p = 0; p < steps; p++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bAt);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bAt + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.fma(bl, c0l);
        c0r = x.fma(br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.fma(bl, c1l);
        c1r = x.fma(br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.fma(bl, c2l);
        c2r = x.fma(br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.fma(bl, c3l);
        c3r = x.fma(br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.fma(bl, c4l);
        c4r = x.fma(br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.fma(bl, c5l);
        c5r = x.fma(br, c5r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.add(FloatVector.fromArray(SPECIES, init, initAt)).intoArray(c, cAt);
    c0r.add(FloatVector.fromArray(SPECIES, init, initAt + LANES)).intoArray(c, cAt + LANES);
    c1l.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit)).intoArray(c, cAt + ldc);
    c1r.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit + LANES))
        .intoArray(c, cAt + ldc + LANES);
    c2l.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit)).intoArray(c, cAt + 2 * ldc);
    c2r.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit + LANES))
        .intoArray(c, cAt + 2 * ldc + LANES);
    c3l.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit)).intoArray(c, cAt + 3 * ldc);
    c3r.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit + LANES))
        .intoArray(c, cAt + 3 * ldc + LANES);
    c4l.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit)).intoArray(c, cAt + 4 * ldc);
    c4r.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit + LANES))
        .intoArray(c, cAt + 4 * ldc + LANES);
    c5l.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit)).intoArray(c, cAt + 5 * ldc);
    c5r.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit + LANES))
        .intoArray(c, cAt + 5 * ldc + LANES);
  }

  /** 4 rows by two vectors: 8 accumulators, two vectors of B and one broadcast sample of A. */
  private static void tile4x2(
      int[] seg,
      int segLen,
      int depth,
      float[] a,
      int aBase,
      int aStep,
      float[] b,
      int bBase,
      int bStep,
      float[] init,
      int initAt,
      int ldInit,
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = FloatVector.zero(SPECIES);
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = FloatVector.zero(SPECIES);
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = FloatVector.zero(SPECIES);
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = FloatVector.zero(SPECIES);
    int bAt = bBase;
    int rest = depth;
    for (int t = 0; rest > 0; t++) {
      int aAt = aBase + seg[t];
      int steps = Math.min(segLen, rest);
      rest -= steps;
      for (int p = 0; p < steps; p++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bAt);
        FloatVector br = FloatVector.fromArray(SPECIES, b, bAt + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.fma(bl, c0l);
        c0r = x.fma(br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.fma(bl, c1l);
        c1r = x.fma(br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.fma(bl, c2l);
        c2r = x.fma(br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.fma(bl, c3l);
        c3r = x.fma(br, c3r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.add(FloatVector.fromArray(SPECIES, init, initAt)).intoArray(c, cAt);
    c0r.add(FloatVector.fromArray(SPECIES, init, initAt + LANES)).intoArray(c, cAt + LANES);
    c1l.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit)).intoArray(c, cAt + ldc);
    c1r.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit + LANES))
        .intoArray(c, cAt + ldc + LANES);
    c2l.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit)).intoArray(c, cAt + 2 * ldc);
    c2r.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit + LANES))
        .intoArray(c, cAt + 2 * ldc + LANES);
    c3l.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit)).intoArray(c, cAt + 3 * ldc);
    c3r.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit + LANES))
        .intoArray(c, cAt + 3 * ldc + LANES);
  }
}
