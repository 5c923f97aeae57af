package org.intraq.tensor.kernel.gemm;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.kernel.Scratch;

/**
 * One row of A times B as it lies in memory: what a classifier does with one image.
 *
 * <pre>
 * for four rows of B at a time:   sums[j] += a[p] b[p, j] + .. + a[p + 3] b[p + 3, j]
 * </pre>
 *
 * <p>B is read once, along its rows, at the speed of memory; a tile would walk down its columns,
 * from page to page. Every sum runs over K as in the tiles: the same bits.
 */
final class GemmRow {
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();
  private static final int TOGETHER = 4;
  private static final int SLOT_SUMS = 2;

  private GemmRow() {}

  /** c [n] = a [k] B [k, n], or c += the product. */
  static void run(
      int n,
      int k,
      float[] a,
      int aAt,
      float[] b,
      int bAt,
      int ldb,
      boolean accumulate,
      float[] c,
      int cAt) {
    float[] sums = Scratch.floats(SLOT_SUMS, n);
    for (int pc = 0; pc < k; pc += GemmSimd.KC) {
      int end = Math.min(k, pc + GemmSimd.KC);
      Arrays.fill(sums, 0, n, 0f);
      int p = pc;
      for (; p + TOGETHER <= end; p += TOGETHER) {
        addFour(n, a, aAt + p, b, bAt + p * ldb, ldb, sums);
      }
      for (; p < end; p++) {
        addOne(n, a[aAt + p], b, bAt + p * ldb, sums);
      }
      if (accumulate || pc > 0) {
        GemmTile.add(1, n, sums, 0, n, c, cAt, n);
      } else {
        System.arraycopy(sums, 0, c, cAt, n);
      }
    }
  }

  private static void addFour(
      int n, float[] a, int aAt, float[] b, int bAt, int ldb, float[] sums) {
    FloatVector a0 = FloatVector.broadcast(S, a[aAt]);
    FloatVector a1 = FloatVector.broadcast(S, a[aAt + 1]);
    FloatVector a2 = FloatVector.broadcast(S, a[aAt + 2]);
    FloatVector a3 = FloatVector.broadcast(S, a[aAt + 3]);
    int j = 0;
    for (; j < S.loopBound(n); j += LANES) {
      FloatVector sum = FloatVector.fromArray(S, sums, j);
      sum = a0.lanewise(FMA, FloatVector.fromArray(S, b, bAt + j), sum);
      sum = a1.lanewise(FMA, FloatVector.fromArray(S, b, bAt + ldb + j), sum);
      sum = a2.lanewise(FMA, FloatVector.fromArray(S, b, bAt + 2 * ldb + j), sum);
      sum = a3.lanewise(FMA, FloatVector.fromArray(S, b, bAt + 3 * ldb + j), sum);
      sum.intoArray(sums, j);
    }
    if (j < n) {
      VectorMask<Float> rest = S.indexInRange(j, n);
      FloatVector sum = FloatVector.fromArray(S, sums, j, rest);
      sum = a0.lanewise(FMA, FloatVector.fromArray(S, b, bAt + j, rest), sum);
      sum = a1.lanewise(FMA, FloatVector.fromArray(S, b, bAt + ldb + j, rest), sum);
      sum = a2.lanewise(FMA, FloatVector.fromArray(S, b, bAt + 2 * ldb + j, rest), sum);
      sum = a3.lanewise(FMA, FloatVector.fromArray(S, b, bAt + 3 * ldb + j, rest), sum);
      sum.intoArray(sums, j, rest);
    }
  }

  private static void addOne(int n, float factor, float[] b, int bAt, float[] sums) {
    for (int j = 0; j < n; j++) {
      sums[j] = Math.fma(factor, b[bAt + j], sums[j]);
    }
  }
}
