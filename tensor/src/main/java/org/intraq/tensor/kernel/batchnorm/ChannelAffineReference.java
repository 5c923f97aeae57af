package org.intraq.tensor.kernel.batchnorm;

/** {@link ChannelAffine} in plain loops. */
public final class ChannelAffineReference implements ChannelAffine {
  @Override
  public void affine(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] y,
      int yAt) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < c; j++) {
        double product = (double) x[xAt + i * c + j] * scale[scaleAt + j];
        y[yAt + i * c + j] = (float) (product + shift[shiftAt + j]);
      }
    }
  }

  @Override
  public void scale(
      int m, int c, float[] x, int xAt, float[] scale, int scaleAt, float[] y, int yAt) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < c; j++) {
        y[yAt + i * c + j] = x[xAt + i * c + j] * scale[scaleAt + j];
      }
    }
  }

  @Override
  public void parameterGradients(
      int m,
      int c,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt) {
    for (int j = 0; j < c; j++) {
      double products = 0;
      double sum = 0;
      for (int i = 0; i < m; i++) {
        products += (double) dy[dyAt + i * c + j] * x[xAt + i * c + j];
        sum += dy[dyAt + i * c + j];
      }
      dScale[dScaleAt + j] = (float) products;
      dShift[dShiftAt + j] = (float) sum;
    }
  }
}
