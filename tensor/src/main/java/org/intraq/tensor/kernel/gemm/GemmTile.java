package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;

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
        tile12x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
      } else {
        tile8x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
      }
    } else if (rows > 4) {
      tile6x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
    } else {
      tile4x2(seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
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

  /** 12 rows by two vectors: 24 accumulators, two vectors of B and one broadcast sample of A. */
  private static void tile12x2(
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
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = c0l;
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = c1l;
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = c2l;
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = c3l;
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c4r = c4l;
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c5r = c5l;
    FloatVector c6l = FloatVector.zero(SPECIES);
    FloatVector c6r = c6l;
    FloatVector c7l = FloatVector.zero(SPECIES);
    FloatVector c7r = c7l;
    FloatVector c8l = FloatVector.zero(SPECIES);
    FloatVector c8r = c8l;
    FloatVector c9l = FloatVector.zero(SPECIES);
    FloatVector c9r = c9l;
    FloatVector c10l = FloatVector.zero(SPECIES);
    FloatVector c10r = c10l;
    FloatVector c11l = FloatVector.zero(SPECIES);
    FloatVector c11r = c11l;
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
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6]);
        c6l = x.lanewise(FMA, bl, c6l);
        c6r = x.lanewise(FMA, br, c6r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7]);
        c7l = x.lanewise(FMA, bl, c7l);
        c7r = x.lanewise(FMA, br, c7r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 8]);
        c8l = x.lanewise(FMA, bl, c8l);
        c8r = x.lanewise(FMA, br, c8r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 9]);
        c9l = x.lanewise(FMA, bl, c9l);
        c9r = x.lanewise(FMA, br, c9r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 10]);
        c10l = x.lanewise(FMA, bl, c10l);
        c10r = x.lanewise(FMA, br, c10r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 11]);
        c11l = x.lanewise(FMA, bl, c11l);
        c11r = x.lanewise(FMA, br, c11r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.check(SPECIES);
    c0l.intoArray(c, cAt);
    c0r.check(SPECIES);
    c0r.intoArray(c, cAt + LANES);
    c1l.check(SPECIES);
    c1l.intoArray(c, cAt + ldc);
    c1r.check(SPECIES);
    c1r.intoArray(c, cAt + ldc + LANES);
    c2l.check(SPECIES);
    c2l.intoArray(c, cAt + 2 * ldc);
    c2r.check(SPECIES);
    c2r.intoArray(c, cAt + 2 * ldc + LANES);
    c3l.check(SPECIES);
    c3l.intoArray(c, cAt + 3 * ldc);
    c3r.check(SPECIES);
    c3r.intoArray(c, cAt + 3 * ldc + LANES);
    c4l.check(SPECIES);
    c4l.intoArray(c, cAt + 4 * ldc);
    c4r.check(SPECIES);
    c4r.intoArray(c, cAt + 4 * ldc + LANES);
    c5l.check(SPECIES);
    c5l.intoArray(c, cAt + 5 * ldc);
    c5r.check(SPECIES);
    c5r.intoArray(c, cAt + 5 * ldc + LANES);
    c6l.check(SPECIES);
    c6l.intoArray(c, cAt + 6 * ldc);
    c6r.check(SPECIES);
    c6r.intoArray(c, cAt + 6 * ldc + LANES);
    c7l.check(SPECIES);
    c7l.intoArray(c, cAt + 7 * ldc);
    c7r.check(SPECIES);
    c7r.intoArray(c, cAt + 7 * ldc + LANES);
    c8l.check(SPECIES);
    c8l.intoArray(c, cAt + 8 * ldc);
    c8r.check(SPECIES);
    c8r.intoArray(c, cAt + 8 * ldc + LANES);
    c9l.check(SPECIES);
    c9l.intoArray(c, cAt + 9 * ldc);
    c9r.check(SPECIES);
    c9r.intoArray(c, cAt + 9 * ldc + LANES);
    c10l.check(SPECIES);
    c10l.intoArray(c, cAt + 10 * ldc);
    c10r.check(SPECIES);
    c10r.intoArray(c, cAt + 10 * ldc + LANES);
    c11l.check(SPECIES);
    c11l.intoArray(c, cAt + 11 * ldc);
    c11r.check(SPECIES);
    c11r.intoArray(c, cAt + 11 * ldc + LANES);
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
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = c0l;
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = c1l;
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = c2l;
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = c3l;
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c4r = c4l;
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c5r = c5l;
    FloatVector c6l = FloatVector.zero(SPECIES);
    FloatVector c6r = c6l;
    FloatVector c7l = FloatVector.zero(SPECIES);
    FloatVector c7r = c7l;
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
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6]);
        c6l = x.lanewise(FMA, bl, c6l);
        c6r = x.lanewise(FMA, br, c6r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7]);
        c7l = x.lanewise(FMA, bl, c7l);
        c7r = x.lanewise(FMA, br, c7r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.check(SPECIES);
    c0l.intoArray(c, cAt);
    c0r.check(SPECIES);
    c0r.intoArray(c, cAt + LANES);
    c1l.check(SPECIES);
    c1l.intoArray(c, cAt + ldc);
    c1r.check(SPECIES);
    c1r.intoArray(c, cAt + ldc + LANES);
    c2l.check(SPECIES);
    c2l.intoArray(c, cAt + 2 * ldc);
    c2r.check(SPECIES);
    c2r.intoArray(c, cAt + 2 * ldc + LANES);
    c3l.check(SPECIES);
    c3l.intoArray(c, cAt + 3 * ldc);
    c3r.check(SPECIES);
    c3r.intoArray(c, cAt + 3 * ldc + LANES);
    c4l.check(SPECIES);
    c4l.intoArray(c, cAt + 4 * ldc);
    c4r.check(SPECIES);
    c4r.intoArray(c, cAt + 4 * ldc + LANES);
    c5l.check(SPECIES);
    c5l.intoArray(c, cAt + 5 * ldc);
    c5r.check(SPECIES);
    c5r.intoArray(c, cAt + 5 * ldc + LANES);
    c6l.check(SPECIES);
    c6l.intoArray(c, cAt + 6 * ldc);
    c6r.check(SPECIES);
    c6r.intoArray(c, cAt + 6 * ldc + LANES);
    c7l.check(SPECIES);
    c7l.intoArray(c, cAt + 7 * ldc);
    c7r.check(SPECIES);
    c7r.intoArray(c, cAt + 7 * ldc + LANES);
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
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = c0l;
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = c1l;
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = c2l;
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = c3l;
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c4r = c4l;
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c5r = c5l;
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
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.check(SPECIES);
    c0l.intoArray(c, cAt);
    c0r.check(SPECIES);
    c0r.intoArray(c, cAt + LANES);
    c1l.check(SPECIES);
    c1l.intoArray(c, cAt + ldc);
    c1r.check(SPECIES);
    c1r.intoArray(c, cAt + ldc + LANES);
    c2l.check(SPECIES);
    c2l.intoArray(c, cAt + 2 * ldc);
    c2r.check(SPECIES);
    c2r.intoArray(c, cAt + 2 * ldc + LANES);
    c3l.check(SPECIES);
    c3l.intoArray(c, cAt + 3 * ldc);
    c3r.check(SPECIES);
    c3r.intoArray(c, cAt + 3 * ldc + LANES);
    c4l.check(SPECIES);
    c4l.intoArray(c, cAt + 4 * ldc);
    c4r.check(SPECIES);
    c4r.intoArray(c, cAt + 4 * ldc + LANES);
    c5l.check(SPECIES);
    c5l.intoArray(c, cAt + 5 * ldc);
    c5r.check(SPECIES);
    c5r.intoArray(c, cAt + 5 * ldc + LANES);
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
      float[] c,
      int cAt,
      int ldc) {
    FloatVector c0l = FloatVector.zero(SPECIES);
    FloatVector c0r = c0l;
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c1r = c1l;
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c2r = c2l;
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c3r = c3l;
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
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.check(SPECIES);
    c0l.intoArray(c, cAt);
    c0r.check(SPECIES);
    c0r.intoArray(c, cAt + LANES);
    c1l.check(SPECIES);
    c1l.intoArray(c, cAt + ldc);
    c1r.check(SPECIES);
    c1r.intoArray(c, cAt + ldc + LANES);
    c2l.check(SPECIES);
    c2l.intoArray(c, cAt + 2 * ldc);
    c2r.check(SPECIES);
    c2r.intoArray(c, cAt + 2 * ldc + LANES);
    c3l.check(SPECIES);
    c3l.intoArray(c, cAt + 3 * ldc);
    c3r.check(SPECIES);
    c3r.intoArray(c, cAt + 3 * ldc + LANES);
  }
}
