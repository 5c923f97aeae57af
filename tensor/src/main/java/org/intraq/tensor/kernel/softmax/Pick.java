package org.intraq.tensor.kernel.softmax;

import java.util.Arrays;
import java.util.Objects;

/**
 * One element of every row, and its adjoint.
 *
 * <p>Matrices are dense, R rows of C columns; labels lie in [0, C), which the caller checks. A
 * single element a row is touched, so there is nothing to vectorise and this is the only
 * implementation. Exact.
 */
public final class Pick {
  private Pick() {}

  /** y[r] = x[r, labels[r]]. */
  public static void forward(
      int rows,
      int columns,
      float[] x,
      int xOffset,
      int[] labels,
      int labelsOffset,
      float[] y,
      int yOffset) {
    Softmax.checkMatrix(rows, columns, x, xOffset);
    Objects.checkFromIndexSize(labelsOffset, rows, labels.length);
    Objects.checkFromIndexSize(yOffset, rows, y.length);
    for (int r = 0; r < rows; r++) {
      y[yOffset + r] = x[xOffset + r * columns + labels[labelsOffset + r]];
    }
  }

  /** dx[r, c] = dy[r] if c = labels[r], else 0. */
  public static void backward(
      int rows,
      int columns,
      int[] labels,
      int labelsOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Softmax.checkMatrix(rows, columns, dx, dxOffset);
    Objects.checkFromIndexSize(labelsOffset, rows, labels.length);
    Objects.checkFromIndexSize(dyOffset, rows, dy.length);
    Arrays.fill(dx, dxOffset, dxOffset + rows * columns, 0f);
    for (int r = 0; r < rows; r++) {
      dx[dxOffset + r * columns + labels[labelsOffset + r]] = dy[dyOffset + r];
    }
  }
}
