package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GemmTile} for an A whose rows lie {@link #BLOCK} floats apart.
 *
 * <pre>
 * c[i, j] = sum over p &lt; depth, with t = p / segLen, of
 *     a[aBase + seg[t] + (p % segLen) * aStep + i * BLOCK] * b[bBase + p * bStep + j]
 * </pre>
 *
 * <p>Blocks of 16 neighbouring elements of K are how channels-last rows come: copying them needs no
 * transposition, and a step of one within a block reads each cache line of A sixteen times.
 */
public final class GemmBlockTile {
  /** Distance of A's rows, and length of a block of K. */
  public static final int BLOCK = 16;

  /** Asked for so many rows, pairs of panels take a tile of four; single ones their small tile. */
  static final int FEWEST_ROWS = 4;

  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = SPECIES.length();

  private GemmBlockTile() {}

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
      GemmWideBlockTile.pair(
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
      GemmWideBlockTile.single(
          rows, seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, c, cAt, ldc);
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
        x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6 * BLOCK]);
        c6l = x.lanewise(FMA, bl, c6l);
        c6r = x.lanewise(FMA, br, c6r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7 * BLOCK]);
        c7l = x.lanewise(FMA, bl, c7l);
        c7r = x.lanewise(FMA, br, c7r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 8 * BLOCK]);
        c8l = x.lanewise(FMA, bl, c8l);
        c8r = x.lanewise(FMA, br, c8r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 9 * BLOCK]);
        c9l = x.lanewise(FMA, bl, c9l);
        c9r = x.lanewise(FMA, br, c9r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 10 * BLOCK]);
        c10l = x.lanewise(FMA, bl, c10l);
        c10r = x.lanewise(FMA, br, c10r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 11 * BLOCK]);
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
        x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6 * BLOCK]);
        c6l = x.lanewise(FMA, bl, c6l);
        c6r = x.lanewise(FMA, br, c6r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7 * BLOCK]);
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
        x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK]);
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
        x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK]);
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
