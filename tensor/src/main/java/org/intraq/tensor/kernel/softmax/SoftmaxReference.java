package org.intraq.tensor.kernel.softmax;

/** The definition of {@link Softmax}: plain loops in double. */
public final class SoftmaxReference implements Softmax {
  @Override
  public void softmax(int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    Softmax.checkMatrix(rows, columns, x, xOffset);
    Softmax.checkMatrix(rows, columns, y, yOffset);
    for (int r = 0; r < rows; r++) {
      int xRow = xOffset + r * columns;
      int yRow = yOffset + r * columns;
      float max = maximum(columns, x, xRow);
      double sum = sumOfExponentials(columns, x, xRow, max, 1.0);
      for (int c = 0; c < columns; c++) {
        y[yRow + c] = (float) (StrictMath.exp((double) x[xRow + c] - max) / sum);
      }
    }
  }

  @Override
  public void softmaxBackward(
      int rows,
      int columns,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Softmax.checkMatrix(rows, columns, y, yOffset);
    Softmax.checkMatrix(rows, columns, dy, dyOffset);
    Softmax.checkMatrix(rows, columns, dx, dxOffset);
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      double dot = 0;
      for (int c = row; c < row + columns; c++) {
        dot += (double) y[yOffset + c] * dy[dyOffset + c];
      }
      for (int c = row; c < row + columns; c++) {
        dx[dxOffset + c] = (float) (y[yOffset + c] * (dy[dyOffset + c] - dot));
      }
    }
  }

  @Override
  public void logSoftmax(int rows, int columns, float[] x, int xOffset, float[] y, int yOffset) {
    Softmax.checkMatrix(rows, columns, x, xOffset);
    Softmax.checkMatrix(rows, columns, y, yOffset);
    for (int r = 0; r < rows; r++) {
      int xRow = xOffset + r * columns;
      int yRow = yOffset + r * columns;
      float max = maximum(columns, x, xRow);
      double logSum = StrictMath.log(sumOfExponentials(columns, x, xRow, max, 1.0));
      for (int c = 0; c < columns; c++) {
        y[yRow + c] = (float) ((double) x[xRow + c] - max - logSum);
      }
    }
  }

  @Override
  public void logSoftmaxBackward(
      int rows,
      int columns,
      float[] y,
      int yOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Softmax.checkMatrix(rows, columns, y, yOffset);
    Softmax.checkMatrix(rows, columns, dy, dyOffset);
    Softmax.checkMatrix(rows, columns, dx, dxOffset);
    for (int r = 0; r < rows; r++) {
      int row = r * columns;
      double sum = 0;
      for (int c = row; c < row + columns; c++) {
        sum += dy[dyOffset + c];
      }
      for (int c = row; c < row + columns; c++) {
        dx[dxOffset + c] = (float) (dy[dyOffset + c] - StrictMath.exp(y[yOffset + c]) * sum);
      }
    }
  }

  /** The largest element of a row; NaN if it holds one; -infinity if it is empty. */
  static float maximum(int columns, float[] x, int from) {
    float max = Float.NEGATIVE_INFINITY;
    for (int c = from; c < from + columns; c++) {
      max = Math.max(max, x[c]);
    }
    return max;
  }

  /** The sum of exp((x - max) / temperature) over a row. */
  static double sumOfExponentials(int columns, float[] x, int from, float max, double temperature) {
    double sum = 0;
    for (int c = from; c < from + columns; c++) {
      sum += StrictMath.exp(((double) x[c] - max) / temperature);
    }
    return sum;
  }
}
