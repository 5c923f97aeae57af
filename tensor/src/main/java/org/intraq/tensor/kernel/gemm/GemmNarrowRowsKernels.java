package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link GemmNarrowRows}. Generated: change {@code TileSources}, not this file. */
final class GemmNarrowRowsKernels {
  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = SPECIES.length();

  private GemmNarrowRowsKernels() {}

  /** 4 rows by two vectors of sums, tile after tile. */
  static void tiles4x2(
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
      int aTile = aBase + tile * 4 * lda;
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
        int at = bBase + p * GemmTile.COLUMNS;
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aTile + p]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + lda + p]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + 2 * lda + p]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + 3 * lda + p]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aTile + p + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + lda + p + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + 2 * lda + p + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + 3 * lda + p + 1]);
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

  /** 3 rows by three vectors of sums, tile after tile. */
  static void tiles3x3(
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
      int aTile = aBase + tile * 3 * lda;
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
        int at = bBase + p * GemmTile.COLUMNS;
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector bm = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + bPanel);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aTile + p]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0m = x.lanewise(FMA, bm, c0m);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + lda + p]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1m = x.lanewise(FMA, bm, c1m);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + 2 * lda + p]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2m = x.lanewise(FMA, bm, c2m);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        bm = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + bPanel + 2 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aTile + p + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0m = x.lanewise(FMA, bm, c0m);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + lda + p + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1m = x.lanewise(FMA, bm, c1m);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + 2 * lda + p + 1]);
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

  /** 2 rows by four vectors of sums, tile after tile. */
  static void tiles2x4(
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
      int aTile = aBase + tile * 2 * lda;
      int cAt = cBase + tile * 2 * ldc;
      FloatVector c0l = FloatVector.zero(SPECIES);
      FloatVector c0m = c0l;
      FloatVector c0n = c0l;
      FloatVector c0r = c0l;
      FloatVector c1l = FloatVector.zero(SPECIES);
      FloatVector c1m = c1l;
      FloatVector c1n = c1l;
      FloatVector c1r = c1l;
      for (int p = 0; p < depth; p += 2) {
        int at = bBase + p * GemmTile.COLUMNS;
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector bm = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector bn = FloatVector.fromArray(SPECIES, b, at + bPanel);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + bPanel + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aTile + p]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0m = x.lanewise(FMA, bm, c0m);
        c0n = x.lanewise(FMA, bn, c0n);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + lda + p]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1m = x.lanewise(FMA, bm, c1m);
        c1n = x.lanewise(FMA, bn, c1n);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        bm = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
        bn = FloatVector.fromArray(SPECIES, b, at + bPanel + 2 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + bPanel + 3 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aTile + p + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0m = x.lanewise(FMA, bm, c0m);
        c0n = x.lanewise(FMA, bn, c0n);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aTile + lda + p + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1m = x.lanewise(FMA, bm, c1m);
        c1n = x.lanewise(FMA, bn, c1n);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
      }
      c0l.check(SPECIES);
      c0l.intoArray(c, cAt);
      c0m.check(SPECIES);
      c0m.intoArray(c, cAt + LANES);
      c0n.check(SPECIES);
      c0n.intoArray(c, cAt + 2 * LANES);
      c0r.check(SPECIES);
      c0r.intoArray(c, cAt + 3 * LANES);
      c1l.check(SPECIES);
      c1l.intoArray(c, cAt + ldc);
      c1m.check(SPECIES);
      c1m.intoArray(c, cAt + ldc + LANES);
      c1n.check(SPECIES);
      c1n.intoArray(c, cAt + ldc + 2 * LANES);
      c1r.check(SPECIES);
      c1r.intoArray(c, cAt + ldc + 3 * LANES);
    }
  }
}
