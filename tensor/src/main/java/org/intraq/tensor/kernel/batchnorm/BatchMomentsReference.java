package org.intraq.tensor.kernel.batchnorm;

/** {@link BatchMoments} in plain loops: two passes in double. */
public final class BatchMomentsReference implements BatchMoments {
  @Override
  public void moments(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt) {
    for (int j = 0; j < c; j++) {
      double sum = 0;
      for (int i = 0; i < m; i++) {
        sum += x[xAt + i * c + j];
      }
      double center = sum / m;
      double squares = 0;
      for (int i = 0; i < m; i++) {
        double deviation = x[xAt + i * c + j] - center;
        squares += deviation * deviation;
      }
      mean[meanAt + j] = (float) center;
      variance[varianceAt + j] = (float) (squares / m);
    }
  }

  @Override
  public void backward(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] mean,
      int meanAt,
      float[] dMean,
      int dMeanAt,
      float[] dVariance,
      int dVarianceAt,
      float[] dx,
      int dxAt) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < c; j++) {
        double deviation = (double) x[xAt + i * c + j] - mean[meanAt + j];
        double gradient = dMean[dMeanAt + j] + 2 * deviation * dVariance[dVarianceAt + j];
        dx[dxAt + i * c + j] = (float) (gradient / m);
      }
    }
  }
}
