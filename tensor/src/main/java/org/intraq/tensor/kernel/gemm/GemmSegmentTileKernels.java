package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.lang.invoke.VarHandle;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link GemmPanelTile}. Generated: change {@code TileSources}, not this file. */
final class GemmSegmentTileKernels {
  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private GemmSegmentTileKernels() {}

  /** 6 rows by two vectors of sums. */
  static void tile6(
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
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
    for (int t = 0; t < depth / 4; t++) {
      int aAt = aBase + seg[t / (BLOCK / 4)] + t % (BLOCK / 4) * 4;
      int at = bBase + t * (4 * GemmTile.COLUMNS);
      FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
      FloatVector br = FloatVector.fromArray(SPECIES, b, at + LANES);
      FloatVector x;
      x = FloatVector.broadcast(SPECIES, a[aAt]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK]);
      c4l = x.lanewise(FMA, bl, c4l);
      c4r = x.lanewise(FMA, br, c4r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK]);
      c5l = x.lanewise(FMA, bl, c5l);
      c5r = x.lanewise(FMA, br, c5r);
      VarHandle.loadLoadFence();
      bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
      br = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
      x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK + 1]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK + 1]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK + 1]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK + 1]);
      c4l = x.lanewise(FMA, bl, c4l);
      c4r = x.lanewise(FMA, br, c4r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK + 1]);
      c5l = x.lanewise(FMA, bl, c5l);
      c5r = x.lanewise(FMA, br, c5r);
      VarHandle.loadLoadFence();
      bl = FloatVector.fromArray(SPECIES, b, at + 4 * LANES);
      br = FloatVector.fromArray(SPECIES, b, at + 5 * LANES);
      x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK + 2]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK + 2]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK + 2]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK + 2]);
      c4l = x.lanewise(FMA, bl, c4l);
      c4r = x.lanewise(FMA, br, c4r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK + 2]);
      c5l = x.lanewise(FMA, bl, c5l);
      c5r = x.lanewise(FMA, br, c5r);
      VarHandle.loadLoadFence();
      bl = FloatVector.fromArray(SPECIES, b, at + 6 * LANES);
      br = FloatVector.fromArray(SPECIES, b, at + 7 * LANES);
      x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK + 3]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK + 3]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK + 3]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 4 * BLOCK + 3]);
      c4l = x.lanewise(FMA, bl, c4l);
      c4r = x.lanewise(FMA, br, c4r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 5 * BLOCK + 3]);
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

  /** 4 rows by two vectors of sums. */
  static void tile4(
      int[] seg,
      int depth,
      float[] a,
      int aBase,
      float[] b,
      int bBase,
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
    for (int t = 0; t < depth / 4; t++) {
      int aAt = aBase + seg[t / (BLOCK / 4)] + t % (BLOCK / 4) * 4;
      int at = bBase + t * (4 * GemmTile.COLUMNS);
      FloatVector bl = FloatVector.fromArray(SPECIES, b, at);
      FloatVector br = FloatVector.fromArray(SPECIES, b, at + LANES);
      FloatVector x;
      x = FloatVector.broadcast(SPECIES, a[aAt]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      bl = FloatVector.fromArray(SPECIES, b, at + 2 * LANES);
      br = FloatVector.fromArray(SPECIES, b, at + 3 * LANES);
      x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK + 1]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK + 1]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK + 1]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      bl = FloatVector.fromArray(SPECIES, b, at + 4 * LANES);
      br = FloatVector.fromArray(SPECIES, b, at + 5 * LANES);
      x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK + 2]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK + 2]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK + 2]);
      c3l = x.lanewise(FMA, bl, c3l);
      c3r = x.lanewise(FMA, br, c3r);
      VarHandle.loadLoadFence();
      bl = FloatVector.fromArray(SPECIES, b, at + 6 * LANES);
      br = FloatVector.fromArray(SPECIES, b, at + 7 * LANES);
      x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
      c0l = x.lanewise(FMA, bl, c0l);
      c0r = x.lanewise(FMA, br, c0r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + BLOCK + 3]);
      c1l = x.lanewise(FMA, bl, c1l);
      c1r = x.lanewise(FMA, br, c1r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 2 * BLOCK + 3]);
      c2l = x.lanewise(FMA, bl, c2l);
      c2r = x.lanewise(FMA, br, c2r);
      VarHandle.loadLoadFence();
      x = FloatVector.broadcast(SPECIES, a[aAt + 3 * BLOCK + 3]);
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
