package org.intraq.tensor.kernel.gemm;

/**
 * General matrix multiplication on arrays of floats.
 *
 * <pre>
 * C[i, j] = alpha * sum over p of op(A)[i, p] * op(B)[p, j] + beta * C[i, j]
 * op(A) [M, K], op(B) [K, N], C [M, N]
 * element (i, p) of op(A): transposeA ? a[aOffset + p * lda + i] : a[aOffset + i * lda + p]
 * element (p, j) of op(B): transposeB ? b[bOffset + j * ldb + p] : b[bOffset + p * ldb + j]
 * element (i, j) of C:     c[cOffset + i * ldc + j]
 * </pre>
 *
 * <p>C must not overlap A or B. With beta = 0 the old C is not read, so NaN there disappears; with
 * alpha = 0 or K = 0 neither A nor B is read and C becomes beta * C. Elements between the rows (a
 * leading dimension above the row length) are neither read nor written. M = 0 or N = 0 does
 * nothing.
 *
 * <p>Accuracy: |error| &lt;= (K + 3) * eps * (|alpha| * sum |a||b| + |beta * c|), eps = 2^-23. The
 * result is the same bits for any number of threads.
 *
 * <p>Source: BLAS level 3 (Dongarra, Du Croz, Hammarling, Duff, ACM TOMS 16, 1990), row-major.
 */
public interface Gemm {
  /**
   * Computes C = alpha * op(A) * op(B) + beta * C.
   *
   * @throws IndexOutOfBoundsException if a matrix does not lie within its array
   */
  void gemm(
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
      int ldc);

  /** Checks extents, leading dimensions and array bounds, as every implementation does first. */
  static void check(
      boolean transposeA,
      boolean transposeB,
      int m,
      int n,
      int k,
      float[] a,
      int aOffset,
      int lda,
      float[] b,
      int bOffset,
      int ldb,
      float[] c,
      int cOffset,
      int ldc) {
    if (m < 0 || n < 0 || k < 0) {
      throw new IllegalArgumentException(
          "gemm: expected M, N, K >= 0, got " + m + ", " + n + ", " + k);
    }
    checkMatrix("A", transposeA ? k : m, transposeA ? m : k, a.length, aOffset, lda);
    checkMatrix("B", transposeB ? n : k, transposeB ? k : n, b.length, bOffset, ldb);
    checkMatrix("C", m, n, c.length, cOffset, ldc);
  }

  private static void checkMatrix(
      String name, int rows, int columns, int length, int offset, int leading) {
    if (leading < columns) {
      throw new IllegalArgumentException(
          "gemm: expected a leading dimension of "
              + name
              + " of at least "
              + columns
              + ", got "
              + leading);
    }
    boolean empty = rows == 0 || columns == 0;
    long end = empty ? offset : offset + (rows - 1L) * leading + columns;
    if (offset < 0 || end > length) {
      throw new IndexOutOfBoundsException(
          "gemm: expected "
              + name
              + " ["
              + rows
              + ", "
              + columns
              + "] from element "
              + offset
              + " to lie in an array of "
              + length);
    }
  }
}
