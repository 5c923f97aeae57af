package org.intraq.tensor.kernel.elementwise;

/** {@link Elementwise} in plain loops. */
public final class ElementwiseReference implements Elementwise {
  @Override
  public void linear(
      int n, float alpha, float[] a, int aAt, float beta, float[] b, int bAt, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      double second = beta == 0 ? 0 : (double) beta * b[bAt + i];
      y[yAt + i] = (float) ((double) alpha * a[aAt + i] + second);
    }
  }

  @Override
  public void multiply(int n, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = a[aAt + i] * b[bAt + i];
    }
  }

  @Override
  public void scaleShift(int n, float alpha, float[] x, int xAt, float shift, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = (float) ((double) alpha * x[xAt + i] + shift);
    }
  }

  @Override
  public void relu(int n, float[] x, int xAt, float cap, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Math.min(Math.max(x[xAt + i], 0f), cap);
    }
  }

  @Override
  public void reluBackward(
      int n, float[] y, int yAt, float cap, float[] dy, int dyAt, float[] dx, int dxAt) {
    for (int i = 0; i < n; i++) {
      float output = y[yAt + i];
      dx[dxAt + i] = output > 0 && output < cap ? dy[dyAt + i] : 0f;
    }
  }

  @Override
  public void addRelu(
      int n, float[] a, int aAt, float[] b, int bAt, float cap, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = Math.min(Math.max(a[aAt + i] + b[bAt + i], 0f), cap);
    }
  }
}
