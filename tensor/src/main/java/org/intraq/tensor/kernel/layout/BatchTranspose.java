package org.intraq.tensor.kernel.layout;

import java.util.Objects;

/**
 * Transposes every matrix of a batch: y[n, j, i] = x[n, i, j], x [N, R, C], y [N, C, R], dense.
 *
 * <p>With R = channels and C = H * W it takes [N, C, H, W] to [N, H, W, C]; with R = H * W and C =
 * channels it takes that back. y must not overlap x. Exact. Empty extents do nothing.
 */
public interface BatchTranspose {
  /** Transposes N matrices of R rows and C columns. */
  void transpose(int n, int rows, int columns, float[] x, int xOffset, float[] y, int yOffset);

  /** Checks extents and array bounds, as every implementation does first. */
  static void check(int n, int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    if (n < 0 || rows < 0 || columns < 0) {
      throw new IllegalArgumentException(
          "transpose: expected extents >= 0, got " + n + " x " + rows + " x " + columns);
    }
    int size = Math.multiplyExact(n, Math.multiplyExact(rows, columns));
    Objects.checkFromIndexSize(xOffset, size, x.length);
    Objects.checkFromIndexSize(yOffset, size, y.length);
  }
}
