package org.intraq.tensor.kernel.layout;

/** The definition of {@link BatchTranspose}. */
public final class BatchTransposeReference implements BatchTranspose {
  @Override
  public void transpose(
      int n, int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    BatchTranspose.check(n, rows, columns, x, xOffset, y, yOffset);
    for (int matrix = 0; matrix < n; matrix++) {
      int from = matrix * rows * columns;
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < columns; j++) {
          y[yOffset + from + j * rows + i] = x[xOffset + from + i * columns + j];
        }
      }
    }
  }
}
