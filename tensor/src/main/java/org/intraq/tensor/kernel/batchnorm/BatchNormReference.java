package org.intraq.tensor.kernel.batchnorm;

/** {@link BatchNorm} in plain loops. */
public final class BatchNormReference implements BatchNorm {
  private final BatchMoments moments = new BatchMomentsReference();

  @Override
  public void train(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] gamma,
      int gammaAt,
      float[] beta,
      int betaAt,
      float eps,
      float[] y,
      int yAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt) {
    moments.moments(m, c, x, xAt, mean, meanAt, variance, varianceAt);
    for (int j = 0; j < c; j++) {
      double inv = 1 / Math.sqrt((double) variance[varianceAt + j] + eps);
      for (int i = 0; i < m; i++) {
        double normalised = ((double) x[xAt + i * c + j] - mean[meanAt + j]) * inv;
        y[yAt + i * c + j] = (float) (normalised * gamma[gammaAt + j] + beta[betaAt + j]);
      }
    }
  }

  @Override
  public void trainBackward(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] gamma,
      int gammaAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt,
      float eps,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt,
      float[] dGamma,
      int dGammaAt,
      float[] dBeta,
      int dBetaAt) {
    for (int j = 0; j < c; j++) {
      double inv = 1 / Math.sqrt((double) variance[varianceAt + j] + eps);
      double sum = 0;
      double products = 0;
      for (int i = 0; i < m; i++) {
        double normalised = ((double) x[xAt + i * c + j] - mean[meanAt + j]) * inv;
        sum += dy[dyAt + i * c + j];
        products += dy[dyAt + i * c + j] * normalised;
      }
      for (int i = 0; i < m; i++) {
        double normalised = ((double) x[xAt + i * c + j] - mean[meanAt + j]) * inv;
        double centered = dy[dyAt + i * c + j] - sum / m - normalised * products / m;
        dx[dxAt + i * c + j] = (float) (gamma[gammaAt + j] * inv * centered);
      }
      dGamma[dGammaAt + j] = (float) products;
      dBeta[dBetaAt + j] = (float) sum;
    }
  }
}
