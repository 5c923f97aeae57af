package org.intraq.tensor.kernel.gemm;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link GemmTile} with vectors of 512 bits: a panel of B is one vector, two panels side by side
 * are the two columns of vectors.
 *
 * <p>Every sum runs over K in the same order as there, so the results are the same bits.
 */
final class GemmWideTile {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_512;
  private static final int LANES = SPECIES.length();

  private GemmWideTile() {}

  /** As GemmTile's, for two panels of B that lie {@code bPanel} floats apart. */
  static void pair(
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
    if (rows > GemmTile.SMALL_ROWS) {
      pair14(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, init, initAt, ldInit, c,
          cAt, ldc);
    } else {
      pair8(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, bPanel, init, initAt, ldInit, c,
          cAt, ldc);
    }
  }

  /** As GemmTile's, for one panel of B. */
  static void single(
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
    if (rows > GemmTile.SMALL_ROWS) {
      single14(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt, ldc);
    } else {
      single8(
          seg, segLen, depth, a, aBase, aStep, b, bBase, bStep, init, initAt, ldInit, c, cAt, ldc);
    }
  }

  /** 14 rows by the two panels: 28 sums, 2 vectors of B, one broadcast sample of A. */
  private static void pair14(
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
        FloatVector br = FloatVector.fromArray(SPECIES, b, bAt + bPanel);
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

  /** 8 rows by the two panels: 16 sums, 2 vectors of B, one broadcast sample of A. */
  private static void pair8(
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
        FloatVector br = FloatVector.fromArray(SPECIES, b, bAt + bPanel);
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

  /** 14 rows by the one panel: 14 sums, 1 vector of B, one broadcast sample of A. */
  private static void single14(
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
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c6l = FloatVector.zero(SPECIES);
    FloatVector c7l = FloatVector.zero(SPECIES);
    FloatVector c8l = FloatVector.zero(SPECIES);
    FloatVector c9l = FloatVector.zero(SPECIES);
    FloatVector c10l = FloatVector.zero(SPECIES);
    FloatVector c11l = FloatVector.zero(SPECIES);
    FloatVector c12l = FloatVector.zero(SPECIES);
    FloatVector c13l = FloatVector.zero(SPECIES);
    int bAt = bBase;
    int rest = depth;
    for (int t = 0; rest > 0; t++) {
      int aAt = aBase + seg[t];
      int steps = Math.min(segLen, rest);
      rest -= steps;
      for (int p = 0; p < steps; p++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bAt);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.fma(bl, c0l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.fma(bl, c1l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.fma(bl, c2l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.fma(bl, c3l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.fma(bl, c4l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.fma(bl, c5l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6]);
        c6l = x.fma(bl, c6l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7]);
        c7l = x.fma(bl, c7l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 8]);
        c8l = x.fma(bl, c8l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 9]);
        c9l = x.fma(bl, c9l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 10]);
        c10l = x.fma(bl, c10l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 11]);
        c11l = x.fma(bl, c11l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 12]);
        c12l = x.fma(bl, c12l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 13]);
        c13l = x.fma(bl, c13l);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.add(FloatVector.fromArray(SPECIES, init, initAt)).intoArray(c, cAt);
    c1l.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit)).intoArray(c, cAt + ldc);
    c2l.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit)).intoArray(c, cAt + 2 * ldc);
    c3l.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit)).intoArray(c, cAt + 3 * ldc);
    c4l.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit)).intoArray(c, cAt + 4 * ldc);
    c5l.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit)).intoArray(c, cAt + 5 * ldc);
    c6l.add(FloatVector.fromArray(SPECIES, init, initAt + 6 * ldInit)).intoArray(c, cAt + 6 * ldc);
    c7l.add(FloatVector.fromArray(SPECIES, init, initAt + 7 * ldInit)).intoArray(c, cAt + 7 * ldc);
    c8l.add(FloatVector.fromArray(SPECIES, init, initAt + 8 * ldInit)).intoArray(c, cAt + 8 * ldc);
    c9l.add(FloatVector.fromArray(SPECIES, init, initAt + 9 * ldInit)).intoArray(c, cAt + 9 * ldc);
    c10l.add(FloatVector.fromArray(SPECIES, init, initAt + 10 * ldInit))
        .intoArray(c, cAt + 10 * ldc);
    c11l.add(FloatVector.fromArray(SPECIES, init, initAt + 11 * ldInit))
        .intoArray(c, cAt + 11 * ldc);
    c12l.add(FloatVector.fromArray(SPECIES, init, initAt + 12 * ldInit))
        .intoArray(c, cAt + 12 * ldc);
    c13l.add(FloatVector.fromArray(SPECIES, init, initAt + 13 * ldInit))
        .intoArray(c, cAt + 13 * ldc);
  }

  /** 8 rows by the one panel: 8 sums, 1 vector of B, one broadcast sample of A. */
  private static void single8(
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
    FloatVector c1l = FloatVector.zero(SPECIES);
    FloatVector c2l = FloatVector.zero(SPECIES);
    FloatVector c3l = FloatVector.zero(SPECIES);
    FloatVector c4l = FloatVector.zero(SPECIES);
    FloatVector c5l = FloatVector.zero(SPECIES);
    FloatVector c6l = FloatVector.zero(SPECIES);
    FloatVector c7l = FloatVector.zero(SPECIES);
    int bAt = bBase;
    int rest = depth;
    for (int t = 0; rest > 0; t++) {
      int aAt = aBase + seg[t];
      int steps = Math.min(segLen, rest);
      rest -= steps;
      for (int p = 0; p < steps; p++) {
        FloatVector bl = FloatVector.fromArray(SPECIES, b, bAt);
        FloatVector x;
        x = FloatVector.broadcast(SPECIES, a[aAt]);
        c0l = x.fma(bl, c0l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 1]);
        c1l = x.fma(bl, c1l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 2]);
        c2l = x.fma(bl, c2l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 3]);
        c3l = x.fma(bl, c3l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 4]);
        c4l = x.fma(bl, c4l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 5]);
        c5l = x.fma(bl, c5l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 6]);
        c6l = x.fma(bl, c6l);
        x = FloatVector.broadcast(SPECIES, a[aAt + 7]);
        c7l = x.fma(bl, c7l);
        aAt += aStep;
        bAt += bStep;
      }
    }
    c0l.add(FloatVector.fromArray(SPECIES, init, initAt)).intoArray(c, cAt);
    c1l.add(FloatVector.fromArray(SPECIES, init, initAt + ldInit)).intoArray(c, cAt + ldc);
    c2l.add(FloatVector.fromArray(SPECIES, init, initAt + 2 * ldInit)).intoArray(c, cAt + 2 * ldc);
    c3l.add(FloatVector.fromArray(SPECIES, init, initAt + 3 * ldInit)).intoArray(c, cAt + 3 * ldc);
    c4l.add(FloatVector.fromArray(SPECIES, init, initAt + 4 * ldInit)).intoArray(c, cAt + 4 * ldc);
    c5l.add(FloatVector.fromArray(SPECIES, init, initAt + 5 * ldInit)).intoArray(c, cAt + 5 * ldc);
    c6l.add(FloatVector.fromArray(SPECIES, init, initAt + 6 * ldInit)).intoArray(c, cAt + 6 * ldc);
    c7l.add(FloatVector.fromArray(SPECIES, init, initAt + 7 * ldInit)).intoArray(c, cAt + 7 * ldc);
  }
}
