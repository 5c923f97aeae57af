package org.intraq.tensor.kernel.reduce;

/** {@link Reduction} in plain loops. */
public final class ReductionReference implements Reduction {
  @Override
  public double sum(int n, float[] x, int xAt) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[xAt + i];
    }
    return sum;
  }

  @Override
  public double sumSquares(int n, float[] x, int xAt) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += (double) x[xAt + i] * x[xAt + i];
    }
    return sum;
  }

  @Override
  public void columnSums(int m, int c, float[] x, int xAt, float[] y, int yAt) {
    for (int j = 0; j < c; j++) {
      double sum = 0;
      for (int i = 0; i < m; i++) {
        sum += x[xAt + i * c + j];
      }
      y[yAt + j] = (float) sum;
    }
  }

  @Override
  public void rowSums(int m, int c, float[] x, int xAt, float[] y, int yAt) {
    for (int i = 0; i < m; i++) {
      y[yAt + i] = (float) sum(c, x, xAt + i * c);
    }
  }

  @Override
  public void minMax(int n, float[] x, int xAt, float[] y, int yAt) {
    float min = Float.POSITIVE_INFINITY;
    float max = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < n; i++) {
      min = Math.min(min, x[xAt + i]);
      max = Math.max(max, x[xAt + i]);
    }
    y[yAt] = min + 0f;
    y[yAt + 1] = max + 0f;
  }

  @Override
  public void minMaxChannels(int m, int c, float[] x, int xAt, float[] y, int yAt) {
    for (int j = 0; j < c; j++) {
      float min = Float.POSITIVE_INFINITY;
      float max = Float.NEGATIVE_INFINITY;
      for (int i = 0; i < m; i++) {
        min = Math.min(min, x[xAt + i * c + j]);
        max = Math.max(max, x[xAt + i * c + j]);
      }
      y[yAt + j] = min + 0f;
      y[yAt + c + j] = max + 0f;
    }
  }

  @Override
  public void argMaxRows(int m, int c, float[] x, int xAt, int[] y, int yAt) {
    for (int i = 0; i < m; i++) {
      int best = 0;
      for (int j = 1; j < c; j++) {
        float candidate = x[xAt + i * c + j];
        float leader = x[xAt + i * c + best];
        if (candidate > leader || Float.isNaN(candidate) && !Float.isNaN(leader)) {
          best = j;
        }
      }
      y[yAt + i] = best;
    }
  }
}
