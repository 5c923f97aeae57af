package org.intraq.tensor.kernel.softmax;

import java.util.Objects;

/**
 * Softmax and log-softmax of the rows of a matrix, with their gradients.
 *
 * <p>All matrices are dense, R rows of C columns: element (r, c) of x is {@code x[xOffset + r * C +
 * c]}. An output may be the very window of an input of the same method, and must not overlap
 * otherwise. R = 0 or C = 0 does nothing.
 *
 * <p>The maximum of a row is subtracted first, so logits of any finite size are safe. A row with a
 * NaN or a +infinity, or of nothing but -infinity, becomes NaN; a single -infinity among finite
 * values has probability 0. Sums are taken in double in a fixed order: the same bits for any number
 * of threads and any vector width.
 *
 * <p>Accuracy, eps = 2^-23: softmax |error| &lt;= (4 + |x - max| + log C) * eps * y plus the
 * smallest subnormal, where |x - max| and log C stand for the rounding of x - max of the element
 * and of the others; log-softmax |error| &lt;= 4 * eps * (1 + |x - max| + log C); the gradients
 * |error| &lt;= 4 * eps * (sum of the absolute terms of the formula).
 */
public interface Softmax {
  /** y[r, c] = exp(x[r, c] - max of row r) / sum over j of exp(x[r, j] - max of row r). */
  void softmax(int rows, int columns, float[] x, int xOffset, float[] y, int yOffset);

  /** dx[r, c] = y[r, c] * (dy[r, c] - sum over j of dy[r, j] * y[r, j]), with y the softmax. */
  void softmaxBackward(
      int rows,
      int columns,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset);

  /** y[r, c] = x[r, c] - max of row r - log of the sum over j of exp(x[r, j] - max of row r). */
  void logSoftmax(int rows, int columns, float[] x, int xOffset, float[] y, int yOffset);

  /** dx[r, c] = dy[r, c] - exp(y[r, c]) * sum over j of dy[r, j], with y the log-softmax. */
  void logSoftmaxBackward(
      int rows,
      int columns,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset);

  /**
   * Checks that a matrix lies within its array, as every implementation does first.
   *
   * @throws IllegalArgumentException if an extent is negative
   * @throws IndexOutOfBoundsException if the matrix leaves the array
   */
  static void checkMatrix(int rows, int columns, float[] values, int offset) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "softmax: expected rows and columns >= 0, got " + rows + " x " + columns);
    }
    Objects.checkFromIndexSize(offset, Math.multiplyExact(rows, columns), values.length);
  }
}
