package org.intraq.tensor.kernel.similarity;

import java.util.Objects;

/** The definition of {@link Similarity}: plain loops in double. */
public final class SimilarityReference implements Similarity {
  @Override
  public void l2Normalize(
      int rows, int columns, float[] x, int xOffset, float eps, float[] y, int yOffset) {
    Similarity.checkMatrix(rows, columns, x, xOffset);
    Similarity.checkMatrix(rows, columns, y, yOffset);
    for (int r = 0; r < rows; r++) {
      int xRow = xOffset + r * columns;
      int yRow = yOffset + r * columns;
      double length = Math.max(Math.sqrt(dot(columns, x, xRow, x, xRow)), eps);
      for (int c = 0; c < columns; c++) {
        y[yRow + c] = (float) (x[xRow + c] / length);
      }
    }
  }

  @Override
  public void l2NormalizeBackward(
      int rows,
      int columns,
      float[] x,
      int xOffset,
      float eps,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Similarity.checkMatrix(rows, columns, x, xOffset);
    Similarity.checkMatrix(rows, columns, dy, dyOffset);
    Similarity.checkMatrix(rows, columns, dx, dxOffset);
    for (int r = 0; r < rows; r++) {
      int xRow = xOffset + r * columns;
      int dyRow = dyOffset + r * columns;
      int dxRow = dxOffset + r * columns;
      double square = dot(columns, x, xRow, x, xRow);
      double length = Math.max(Math.sqrt(square), eps);
      double along = Math.sqrt(square) <= eps ? 0 : dot(columns, x, xRow, dy, dyRow) / square;
      for (int c = 0; c < columns; c++) {
        dx[dxRow + c] = (float) ((dy[dyRow + c] - along * x[xRow + c]) / length);
      }
    }
  }

  @Override
  public void cosine(
      int rows,
      int columns,
      float[] a,
      int aOffset,
      float[] b,
      int bOffset,
      float eps,
      float[] y,
      int yOffset) {
    Similarity.checkMatrix(rows, columns, a, aOffset);
    Similarity.checkMatrix(rows, columns, b, bOffset);
    Objects.checkFromIndexSize(yOffset, rows, y.length);
    for (int r = 0; r < rows; r++) {
      int aRow = aOffset + r * columns;
      int bRow = bOffset + r * columns;
      // One loop: each of the sums waits for its last addition, three at once in the same time.
      double aSquare = 0;
      double bSquare = 0;
      double product = 0;
      for (int c = 0; c < columns; c++) {
        double u = a[aRow + c];
        double v = b[bRow + c];
        aSquare += u * u;
        bSquare += v * v;
        product += u * v;
      }
      double aLength = Math.max(Math.sqrt(aSquare), eps);
      double bLength = Math.max(Math.sqrt(bSquare), eps);
      y[yOffset + r] = (float) (product / (aLength * bLength));
    }
  }

  @Override
  public void cosineBackward(
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
      int daOffset) {
    Similarity.checkMatrix(rows, columns, a, aOffset);
    Similarity.checkMatrix(rows, columns, b, bOffset);
    Similarity.checkMatrix(rows, columns, da, daOffset);
    Objects.checkFromIndexSize(dyOffset, rows, dy.length);
    for (int r = 0; r < rows; r++) {
      int aRow = aOffset + r * columns;
      int bRow = bOffset + r * columns;
      double aSquare = dot(columns, a, aRow, a, aRow);
      double aLength = Math.max(Math.sqrt(aSquare), eps);
      double bLength = Math.max(Math.sqrt(dot(columns, b, bRow, b, bRow)), eps);
      double cosine = dot(columns, a, aRow, b, bRow) / (aLength * bLength);
      double bFactor = dy[dyOffset + r] / (aLength * bLength);
      double aFactor = Math.sqrt(aSquare) <= eps ? 0 : dy[dyOffset + r] * cosine / aSquare;
      for (int c = 0; c < columns; c++) {
        da[daOffset + r * columns + c] = (float) (bFactor * b[bRow + c] - aFactor * a[aRow + c]);
      }
    }
  }

  private static double dot(int columns, float[] a, int aFrom, float[] b, int bFrom) {
    double sum = 0;
    for (int c = 0; c < columns; c++) {
      sum += (double) a[aFrom + c] * b[bFrom + c];
    }
    return sum;
  }
}
