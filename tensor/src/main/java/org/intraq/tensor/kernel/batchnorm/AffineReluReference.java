package org.intraq.tensor.kernel.batchnorm;

/** {@link AffineRelu} in plain loops. */
public final class AffineReluReference implements AffineRelu {
  @Override
  public void forward(
      int m,
      int c,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] r,
      int rAt,
      float floor,
      float cap,
      float[] y,
      int yAt) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < c; j++) {
        double value = (double) z[zAt + i * c + j] * scale[scaleAt + j] + shift[shiftAt + j];
        if (r != null) {
          value += r[rAt + i * c + j];
        }
        y[yAt + i * c + j] = Math.min(Math.max((float) value, floor), cap);
      }
    }
  }

  @Override
  public void backward(
      int m,
      int c,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] scale,
      int scaleAt,
      float[] c0,
      int c0At,
      float[] c1,
      int c1At,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt) {
    for (int i = 0; i < m; i++) {
      for (int j = 0; j < c; j++) {
        boolean open = y == null || y[yAt + i * c + j] > 0 && y[yAt + i * c + j] < cap;
        float gradient = open ? dy[dyAt + i * c + j] : 0f;
        double value = (double) scale[scaleAt + j] * gradient;
        if (c0 != null) {
          value += c0[c0At + j] + (double) c1[c1At + j] * z[zAt + i * c + j];
        }
        dz[dzAt + i * c + j] = (float) value;
        if (dr != null) {
          dr[drAt + i * c + j] = gradient;
        }
      }
    }
  }

  @Override
  public void backwardWithSums(
      int m,
      int c,
      float[] dy,
      int dyAt,
      float[] y,
      int yAt,
      float cap,
      float[] z,
      int zAt,
      float[] center,
      int centerAt,
      float[] scale,
      int scaleAt,
      float[] c0,
      int c0At,
      float[] c1,
      int c1At,
      float[] dz,
      int dzAt,
      float[] dr,
      int drAt,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt) {
    for (int j = 0; j < c; j++) {
      double middle = center == null ? 0 : center[centerAt + j];
      double products = 0;
      double sum = 0;
      for (int i = 0; i < m; i++) {
        float output = y[yAt + i * c + j];
        float gradient = output > 0 && output < cap ? dy[dyAt + i * c + j] : 0f;
        products += gradient * (z[zAt + i * c + j] - middle);
        sum += gradient;
        if (dz == null && dr != null) {
          dr[drAt + i * c + j] = gradient;
        }
      }
      dScale[dScaleAt + j] = (float) products;
      dShift[dShiftAt + j] = (float) sum;
    }
    if (dz != null) {
      backward(
          m, c, dy, dyAt, y, yAt, cap, z, zAt, scale, scaleAt, c0, c0At, c1, c1At, dz, dzAt, dr,
          drAt);
    }
  }
}
