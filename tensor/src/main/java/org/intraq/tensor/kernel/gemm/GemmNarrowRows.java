package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GemmPanelTile} for a C of two, three or four vectors of columns. A copy of A would serve
 * one tile or two, and costs as much as they do, so rows of A are read where they lie; and three
 * vectors are one tile of three rows instead of six rows twice, of which the second time half a
 * tile.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
final class GemmNarrowRows {
  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int STEP = GemmTile.COLUMNS;

  /** Rows between two calls of {@link TileDone}: their part of C stays in the nearest cache. */
  private static final int TOGETHER = 48;

  private GemmNarrowRows() {}

  /** Whether C has so few columns; K as for {@link GemmPanelTile#suits}. */
  static boolean suits(int columns) {
    return columns == 2 * LANES || columns == 3 * LANES || columns == 4 * LANES;
  }

  /**
   * C = A B for {@code mc} rows, at least {@link GemmTile#ROWS}. Where rows are left over the last
   * tile begins earlier: what is computed twice has the same bits.
   *
   * @param b packed panels: [kc][2 vectors], and another for a third and a fourth
   */
  static void multiply(
      float[] a,
      int aAt,
      int lda,
      float[] c,
      int cAt,
      int ldc,
      int mc,
      int nc,
      int kc,
      float[] b,
      int bAt,
      TileDone done) {
    int rows = nc == 2 * LANES ? 4 : nc == 3 * LANES ? 3 : 2;
    for (int first = 0; first < mc; first += TOGETHER) {
      int from = Math.min(first, mc - rows);
      int count = Math.min(TOGETHER, mc - from);
      int tiles = count / rows;
      tiles(tiles, nc, kc, a, aAt + from * lda, lda, b, bAt, c, cAt + from * ldc, ldc);
      if (tiles * rows < count) {
        int last = from + count - rows;
        tiles(1, nc, kc, a, aAt + last * lda, lda, b, bAt, c, cAt + last * ldc, ldc);
      }
      if (done != null) {
        done.run(count, 0, nc, c, cAt + from * ldc, ldc);
      }
    }
  }

  private static void tiles(
      int tiles,
      int columns,
      int depth,
      float[] a,
      int aAt,
      int lda,
      float[] b,
      int bAt,
      float[] c,
      int cAt,
      int ldc) {
    int panel = depth * STEP;
    if (columns == 2 * LANES) {
      tiles4x2(tiles, depth, a, aAt, lda, b, bAt, c, cAt, ldc);
    } else if (columns == 3 * LANES) {
      tiles3x3(tiles, depth, a, aAt, lda, b, bAt, panel, c, cAt, ldc);
    } else {
      tiles2x4(tiles, depth, a, aAt, lda, b, bAt, panel, c, cAt, ldc);
    }
  }

  /** Four rows by two vectors, two steps of K in a turn, tile after tile. */
  private static void tiles4x2(
      int tiles,
      int depth,
      float[] a,
      int aBase,
      int lda,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aAt = aBase + tile * 4 * lda;
      int cAt = cBase + tile * 4 * ldc;
      FloatVector c0l = FloatVector.zero(SPECIES);
      FloatVector c0r = c0l;
      FloatVector c1l = FloatVector.zero(SPECIES);
      FloatVector c1r = c1l;
      FloatVector c2l = FloatVector.zero(SPECIES);
      FloatVector c2r = c2l;
      FloatVector c3l = FloatVector.zero(SPECIES);
      FloatVector c3r = c3l;
      for (int p = 0; p < depth; p += 2) {
        int at = bBase + p * STEP;
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt + p]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + lda + p]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * lda + p]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * lda + p]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + STEP);
        br = FloatVector.fromArray(SPECIES, b, at + STEP + LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + p + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + lda + p + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * lda + p + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * lda + p + 1]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
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

  /** Three rows by three vectors, two steps of K in a turn, tile after tile. */
  private static void tiles3x3(
      int tiles,
      int depth,
      float[] a,
      int aBase,
      int lda,
      float[] b,
      int bBase,
      int bPanel,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aAt = aBase + tile * 3 * lda;
      int cAt = cBase + tile * 3 * ldc;
      FloatVector c0l = FloatVector.zero(SPECIES);
      FloatVector c0m = c0l;
      FloatVector c0r = c0l;
      FloatVector c1l = FloatVector.zero(SPECIES);
      FloatVector c1m = c1l;
      FloatVector c1r = c1l;
      FloatVector c2l = FloatVector.zero(SPECIES);
      FloatVector c2m = c2l;
      FloatVector c2r = c2l;
      for (int p = 0; p < depth; p += 2) {
        int at = bBase + p * STEP;
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector bm = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + bPanel);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt + p]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0m = x.lanewise(FMA, bm, c0m);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + lda + p]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1m = x.lanewise(FMA, bm, c1m);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * lda + p]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2m = x.lanewise(FMA, bm, c2m);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + STEP);
        bm = FloatVector.fromArray(SPECIES, b, at + STEP + LANES);
        br = FloatVector.fromArray(SPECIES, b, at + bPanel + STEP);
        x = FloatVector.broadcast(SPECIES, a[aAt + p + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0m = x.lanewise(FMA, bm, c0m);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + lda + p + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1m = x.lanewise(FMA, bm, c1m);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * lda + p + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2m = x.lanewise(FMA, bm, c2m);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
      }
      c0l.check(SPECIES);
      c0l.intoArray(c, cAt);
      c0m.check(SPECIES);
      c0m.intoArray(c, cAt + LANES);
      c0r.check(SPECIES);
      c0r.intoArray(c, cAt + 2 * LANES);
      c1l.check(SPECIES);
      c1l.intoArray(c, cAt + ldc);
      c1m.check(SPECIES);
      c1m.intoArray(c, cAt + ldc + LANES);
      c1r.check(SPECIES);
      c1r.intoArray(c, cAt + ldc + 2 * LANES);
      c2l.check(SPECIES);
      c2l.intoArray(c, cAt + 2 * ldc);
      c2m.check(SPECIES);
      c2m.intoArray(c, cAt + 2 * ldc + LANES);
      c2r.check(SPECIES);
      c2r.intoArray(c, cAt + 2 * ldc + 2 * LANES);
    }
  }

  /** Two rows by four vectors, two steps of K in a turn, tile after tile. */
  private static void tiles2x4(
      int tiles,
      int depth,
      float[] a,
      int aBase,
      int lda,
      float[] b,
      int bBase,
      int bPanel,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aAt = aBase + tile * 2 * lda;
      int cAt = cBase + tile * 2 * ldc;
      FloatVector c00 = FloatVector.zero(SPECIES);
      FloatVector c01 = c00;
      FloatVector c02 = c00;
      FloatVector c03 = c00;
      FloatVector c10 = FloatVector.zero(SPECIES);
      FloatVector c11 = c10;
      FloatVector c12 = c10;
      FloatVector c13 = c10;
      for (int p = 0; p < depth; p += 2) {
        int at = bBase + p * STEP;
        FloatVector b0 = FloatVector.fromArray(SPECIES, b, at);
        FloatVector b1 = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector b2 = FloatVector.fromArray(SPECIES, b, at + bPanel);
        FloatVector b3 = FloatVector.fromArray(SPECIES, b, at + bPanel + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt + p]);
        c00 = x.lanewise(FMA, b0, c00);
        c01 = x.lanewise(FMA, b1, c01);
        c02 = x.lanewise(FMA, b2, c02);
        c03 = x.lanewise(FMA, b3, c03);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + lda + p]);
        c10 = x.lanewise(FMA, b0, c10);
        c11 = x.lanewise(FMA, b1, c11);
        c12 = x.lanewise(FMA, b2, c12);
        c13 = x.lanewise(FMA, b3, c13);
        VarHandle.loadLoadFence();
        b0 = FloatVector.fromArray(SPECIES, b, at + STEP);
        b1 = FloatVector.fromArray(SPECIES, b, at + STEP + LANES);
        b2 = FloatVector.fromArray(SPECIES, b, at + bPanel + STEP);
        b3 = FloatVector.fromArray(SPECIES, b, at + bPanel + STEP + LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + p + 1]);
        c00 = x.lanewise(FMA, b0, c00);
        c01 = x.lanewise(FMA, b1, c01);
        c02 = x.lanewise(FMA, b2, c02);
        c03 = x.lanewise(FMA, b3, c03);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + lda + p + 1]);
        c10 = x.lanewise(FMA, b0, c10);
        c11 = x.lanewise(FMA, b1, c11);
        c12 = x.lanewise(FMA, b2, c12);
        c13 = x.lanewise(FMA, b3, c13);
        VarHandle.loadLoadFence();
      }
      c00.check(SPECIES);
      c00.intoArray(c, cAt);
      c01.check(SPECIES);
      c01.intoArray(c, cAt + LANES);
      c02.check(SPECIES);
      c02.intoArray(c, cAt + 2 * LANES);
      c03.check(SPECIES);
      c03.intoArray(c, cAt + 3 * LANES);
      c10.check(SPECIES);
      c10.intoArray(c, cAt + ldc);
      c11.check(SPECIES);
      c11.intoArray(c, cAt + ldc + LANES);
      c12.check(SPECIES);
      c12.intoArray(c, cAt + ldc + 2 * LANES);
      c13.check(SPECIES);
      c13.intoArray(c, cAt + ldc + 3 * LANES);
    }
  }
}
