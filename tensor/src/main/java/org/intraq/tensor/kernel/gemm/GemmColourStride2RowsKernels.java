package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link GemmColourRows}. Generated: change {@code TileSources}, not this file. */
final class GemmColourStride2RowsKernels {
  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int PIXEL = 6;

  private GemmColourStride2RowsKernels() {}

  /** 6 rows by two vectors of sums, tile after tile. */
  static void rows6(
      int tiles,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aTile = aBase + tile * 6 * PIXEL;
      int cAt = cBase + tile * 6 * ldc;
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
      for (int t = 0; t < depth / 3; t++) {
        int aAt = aTile + seg[t];
        int at = bBase + t * (3 * GemmTile.COLUMNS);
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * PIXEL]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * PIXEL]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 1]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * PIXEL + 1]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * PIXEL + 1]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 4 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + 5 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 2]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 2]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * PIXEL + 2]);
        c4l = x.lanewise(FMA, bl, c4l);
        c4r = x.lanewise(FMA, br, c4r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * PIXEL + 2]);
        c5l = x.lanewise(FMA, bl, c5l);
        c5r = x.lanewise(FMA, br, c5r);
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
      c4l.check(SPECIES);
      c4l.intoArray(c, cAt + 4 * ldc);
      c4r.check(SPECIES);
      c4r.intoArray(c, cAt + 4 * ldc + LANES);
      c5l.check(SPECIES);
      c5l.intoArray(c, cAt + 5 * ldc);
      c5r.check(SPECIES);
      c5r.intoArray(c, cAt + 5 * ldc + LANES);
    }
  }

  /** 4 rows by two vectors of sums, tile after tile. */
  static void rows4(
      int tiles,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aTile = aBase + tile * 4 * PIXEL;
      int cAt = cBase + tile * 4 * ldc;
      FloatVector c0l = FloatVector.zero(SPECIES);
      FloatVector c0r = c0l;
      FloatVector c1l = FloatVector.zero(SPECIES);
      FloatVector c1r = c1l;
      FloatVector c2l = FloatVector.zero(SPECIES);
      FloatVector c2r = c2l;
      FloatVector c3l = FloatVector.zero(SPECIES);
      FloatVector c3r = c3l;
      for (int t = 0; t < depth / 3; t++) {
        int aAt = aTile + seg[t];
        int at = bBase + t * (3 * GemmTile.COLUMNS);
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector br = FloatVector.fromArray(SPECIES, b, at + LANES);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 1]);
        c3l = x.lanewise(FMA, bl, c3l);
        c3r = x.lanewise(FMA, br, c3r);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 4 * LANES);
        br = FloatVector.fromArray(SPECIES, b, at + 5 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c0l = x.lanewise(FMA, bl, c0l);
        c0r = x.lanewise(FMA, br, c0r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 2]);
        c1l = x.lanewise(FMA, bl, c1l);
        c1r = x.lanewise(FMA, br, c1r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        c2r = x.lanewise(FMA, br, c2r);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 2]);
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

  /** 6 rows by one vector of sums, tile after tile. */
  static void half6(
      int tiles,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aTile = aBase + tile * 6 * PIXEL;
      int cAt = cBase + tile * 6 * ldc;
      FloatVector c0l = FloatVector.zero(SPECIES);
      FloatVector c1l = FloatVector.zero(SPECIES);
      FloatVector c2l = FloatVector.zero(SPECIES);
      FloatVector c3l = FloatVector.zero(SPECIES);
      FloatVector c4l = FloatVector.zero(SPECIES);
      FloatVector c5l = FloatVector.zero(SPECIES);
      for (int t = 0; t < depth / 3; t++) {
        int aAt = aTile + seg[t];
        int at = bBase + t * (3 * GemmTile.COLUMNS);
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.lanewise(FMA, bl, c0l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL]);
        c1l = x.lanewise(FMA, bl, c1l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL]);
        c2l = x.lanewise(FMA, bl, c2l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL]);
        c3l = x.lanewise(FMA, bl, c3l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * PIXEL]);
        c4l = x.lanewise(FMA, bl, c4l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * PIXEL]);
        c5l = x.lanewise(FMA, bl, c5l);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 1]);
        c3l = x.lanewise(FMA, bl, c3l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * PIXEL + 1]);
        c4l = x.lanewise(FMA, bl, c4l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * PIXEL + 1]);
        c5l = x.lanewise(FMA, bl, c5l);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 4 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c0l = x.lanewise(FMA, bl, c0l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 2]);
        c1l = x.lanewise(FMA, bl, c1l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 2]);
        c3l = x.lanewise(FMA, bl, c3l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 4 * PIXEL + 2]);
        c4l = x.lanewise(FMA, bl, c4l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 5 * PIXEL + 2]);
        c5l = x.lanewise(FMA, bl, c5l);
        VarHandle.loadLoadFence();
      }
      c0l.check(SPECIES);
      c0l.intoArray(c, cAt);
      c1l.check(SPECIES);
      c1l.intoArray(c, cAt + ldc);
      c2l.check(SPECIES);
      c2l.intoArray(c, cAt + 2 * ldc);
      c3l.check(SPECIES);
      c3l.intoArray(c, cAt + 3 * ldc);
      c4l.check(SPECIES);
      c4l.intoArray(c, cAt + 4 * ldc);
      c5l.check(SPECIES);
      c5l.intoArray(c, cAt + 5 * ldc);
    }
  }

  /** 4 rows by one vector of sums, tile after tile. */
  static void half4(
      int tiles,
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
      float[] c,
      int cBase,
      int ldc) {
    for (int tile = 0; tile < tiles; tile++) {
      int aTile = aBase + tile * 4 * PIXEL;
      int cAt = cBase + tile * 4 * ldc;
      FloatVector c0l = FloatVector.zero(SPECIES);
      FloatVector c1l = FloatVector.zero(SPECIES);
      FloatVector c2l = FloatVector.zero(SPECIES);
      FloatVector c3l = FloatVector.zero(SPECIES);
      for (int t = 0; t < depth / 3; t++) {
        int aAt = aTile + seg[t];
        int at = bBase + t * (3 * GemmTile.COLUMNS);
        FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.lanewise(FMA, bl, c0l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL]);
        c1l = x.lanewise(FMA, bl, c1l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL]);
        c2l = x.lanewise(FMA, bl, c2l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL]);
        c3l = x.lanewise(FMA, bl, c3l);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c0l = x.lanewise(FMA, bl, c0l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 1]);
        c1l = x.lanewise(FMA, bl, c1l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 1]);
        c2l = x.lanewise(FMA, bl, c2l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 1]);
        c3l = x.lanewise(FMA, bl, c3l);
        VarHandle.loadLoadFence();
        bl = FloatVector.fromArray(SPECIES, b, at + 4 * LANES);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c0l = x.lanewise(FMA, bl, c0l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + PIXEL + 2]);
        c1l = x.lanewise(FMA, bl, c1l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 2 * PIXEL + 2]);
        c2l = x.lanewise(FMA, bl, c2l);
        VarHandle.loadLoadFence();
        x = FloatVector.broadcast(SPECIES, a[aAt + 3 * PIXEL + 2]);
        c3l = x.lanewise(FMA, bl, c3l);
        VarHandle.loadLoadFence();
      }
      c0l.check(SPECIES);
      c0l.intoArray(c, cAt);
      c1l.check(SPECIES);
      c1l.intoArray(c, cAt + ldc);
      c2l.check(SPECIES);
      c2l.intoArray(c, cAt + 2 * ldc);
      c3l.check(SPECIES);
      c3l.intoArray(c, cAt + 3 * ldc);
    }
  }
}
