package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.FMA;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** The tiles of {@link GemmBlockTile}. Generated: change {@code TileSources}, not this file. */
final class GemmBlockTileKernels {
  private static final VectorSpecies<Float> SPECIES = GemmTile.SPECIES;
  private static final int LANES = SPECIES.length();
  private static final int BLOCK = GemmBlockTile.BLOCK;

  private GemmBlockTileKernels() {}

  /** 12 rows by two vectors of sums. */
  static void tile12x2(
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

  /** 8 rows by two vectors of sums. */
  static void tile8x2(
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

  /** 6 rows by two vectors of sums. */
  static void tile6x2(
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
    FloatVector none = FloatVector.broadcast(SPECIES, -0f);
    none.lanewise(ADD, c0l).intoArray(c, cAt);
    none.lanewise(ADD, c0r).intoArray(c, cAt + LANES);
    none.lanewise(ADD, c1l).intoArray(c, cAt + ldc);
    none.lanewise(ADD, c1r).intoArray(c, cAt + ldc + LANES);
    none.lanewise(ADD, c2l).intoArray(c, cAt + 2 * ldc);
    none.lanewise(ADD, c2r).intoArray(c, cAt + 2 * ldc + LANES);
    none.lanewise(ADD, c3l).intoArray(c, cAt + 3 * ldc);
    none.lanewise(ADD, c3r).intoArray(c, cAt + 3 * ldc + LANES);
    none.lanewise(ADD, c4l).intoArray(c, cAt + 4 * ldc);
    none.lanewise(ADD, c4r).intoArray(c, cAt + 4 * ldc + LANES);
    none.lanewise(ADD, c5l).intoArray(c, cAt + 5 * ldc);
    none.lanewise(ADD, c5r).intoArray(c, cAt + 5 * ldc + LANES);
  }

  /** 4 rows by two vectors of sums. */
  static void tile4x2(
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
    FloatVector none = FloatVector.broadcast(SPECIES, -0f);
    none.lanewise(ADD, c0l).intoArray(c, cAt);
    none.lanewise(ADD, c0r).intoArray(c, cAt + LANES);
    none.lanewise(ADD, c1l).intoArray(c, cAt + ldc);
    none.lanewise(ADD, c1r).intoArray(c, cAt + ldc + LANES);
    none.lanewise(ADD, c2l).intoArray(c, cAt + 2 * ldc);
    none.lanewise(ADD, c2r).intoArray(c, cAt + 2 * ldc + LANES);
    none.lanewise(ADD, c3l).intoArray(c, cAt + 3 * ldc);
    none.lanewise(ADD, c3r).intoArray(c, cAt + 3 * ldc + LANES);
  }
}
