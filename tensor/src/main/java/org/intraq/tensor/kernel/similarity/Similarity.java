package org.intraq.tensor.kernel.similarity;

import java.util.Objects;

/**
 * L2 normalisation and cosine similarity of the rows of matrices, with their gradients.
 *
 * <p>Matrices are dense, R rows of C columns. |a| is the Euclidean length of a row, summed in
 * double in the order of the columns, so squares of floats neither overflow nor vanish. eps &gt;= 0
 * bounds the divisor from below; where it acts, the length counts as constant, as in PyTorch. A
 * gradient may be the very window of an input; other outputs must not overlap inputs. R = 0 or C =
 * 0 does nothing, except that a similarity of empty rows is 0 (eps &gt; 0) or NaN (eps = 0).
 *
 * <p>Accuracy: everything is computed in double and rounded once; |error| &lt;= eps32 * |result| +
 * C * 2^-52 * (sum of the absolute terms), eps32 = 2^-24.
 */
public interface Similarity {
  /** y[r] = x[r] / max(|x[r]|, eps). */
  void l2Normalize(
      int rows, int columns, float[] x, int xOffset, float eps, float[] y, int yOffset);

  /**
   * The gradient of {@link #l2Normalize} at x: dx = (dy - y * (y . dy)) / |x| where |x| &gt; eps,
   * else dy / eps.
   */
  void l2NormalizeBackward(
      int rows,
      int columns,
      float[] x,
      int xOffset,
      float eps,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset);

  /** y[r] = a[r] . b[r] / (max(|a[r]|, eps) * max(|b[r]|, eps)). */
  void cosine(
      int rows,
      int columns,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float eps,
      float[] y,
      int yOffset);

  /**
   * The gradient of {@link #cosine} in a: da = dy[r] * (b / (na * nb) - y * a / |a|^2), where na
   * and nb are the bounded lengths; the second term is absent where |a| &lt;= eps.
   */
  void cosineBackward(
      int rows,
      int columns,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float eps,
      float[] dy,
      int dyOffset,
      float[] da,
      int daOffset);

  /** Checks that a matrix lies within its array, as every implementation does first. */
  static void checkMatrix(int rows, int columns, float[] values, int offset) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "similarity: expected rows and columns >= 0, got " + rows + " x " + columns);
    }
    Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, columns), values.length);
  }
}
