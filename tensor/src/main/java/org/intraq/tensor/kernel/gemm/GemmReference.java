package org.intraq.tensor.kernel.gemm;

/** The definition of {@link Gemm}: three loops, sums in double. */
public final class GemmReference implements Gemm {
  @Override
  public void gemm(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float alpha,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float beta,
      float[] c,
      int cOffset,
      int ldc) {
    Gemm.check(transposeA, transposeB, m, n, k, a, aOffset, lda, b, bOffset, ldb, c, cOffset, ldc);
    int aRow = transposeA ? 1 : lda;
    int aColumn = transposeA ? lda : 1;
    int bRow = transposeB ? 1 : ldb;
    int bColumn = transposeB ? ldb : 1;
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        if (alpha != 0) {
          for (int p = 0; p < k; p++) {
            sum +=
                (double) a[aOffset + i * aRow + p * aColumn] * b[bOffset + p * bRow + j * bColumn];
          }
        }
        int at = cOffset + i * ldc + j;
        c[at] = (float) (beta == 0 ? alpha * sum : alpha * sum + (double) beta * c[at]);
      }
    }
  }
}
