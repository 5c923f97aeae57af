package org.intraq.tensor.kernel.pool;

/** {@link AveragePool2d} in plain loops. */
public final class AveragePool2dReference implements AveragePool2d {
  @Override
  public void forward(Pool2dShape s, boolean countPadding, float[] x, int xAt, float[] y, int yAt) {
    int at = yAt;
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p++) {
        for (int q = 0; q < s.outW(); q++) {
          for (int c = 0; c < s.c(); c++) {
            double sum = 0;
            for (int i = top(s, p); i < bottom(s, p); i++) {
              for (int k = left(s, q); k < right(s, q); k++) {
                sum += x[xAt + ((n * s.h() + i) * s.w() + k) * s.c() + c];
              }
            }
            y[at++] = (float) (sum / divisor(s, countPadding, p, q));
          }
        }
      }
    }
  }

  @Override
  public void backward(
      Pool2dShape s, boolean countPadding, float[] dy, int dyAt, float[] dx, int dxAt) {
    double[] sums = new double[s.n() * s.h() * s.w() * s.c()];
    int at = dyAt;
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p++) {
        for (int q = 0; q < s.outW(); q++) {
          for (int c = 0; c < s.c(); c++) {
            double share = (double) dy[at++] / divisor(s, countPadding, p, q);
            for (int i = top(s, p); i < bottom(s, p); i++) {
              for (int k = left(s, q); k < right(s, q); k++) {
                sums[((n * s.h() + i) * s.w() + k) * s.c() + c] += share;
              }
            }
          }
        }
      }
    }
    for (int i = 0; i < sums.length; i++) {
      dx[dxAt + i] = (float) sums[i];
    }
  }

  private static int top(Pool2dShape s, int p) {
    return Math.max(p * s.strideH() - s.padTop(), 0);
  }

  private static int bottom(Pool2dShape s, int p) {
    return Math.min(p * s.strideH() - s.padTop() + s.kh(), s.h());
  }

  private static int left(Pool2dShape s, int q) {
    return Math.max(q * s.strideW() - s.padLeft(), 0);
  }

  private static int right(Pool2dShape s, int q) {
    return Math.min(q * s.strideW() - s.padLeft() + s.kw(), s.w());
  }

  private static int divisor(Pool2dShape s, boolean countPadding, int p, int q) {
    return countPadding ? s.kh() * s.kw() : (bottom(s, p) - top(s, p)) * (right(s, q) - left(s, q));
  }

  @Override
  public void global(int n, int plane, int c, float[] x, int xAt, float[] y, int yAt) {
    for (int b = 0; b < n; b++) {
      for (int j = 0; j < c; j++) {
        double sum = 0;
        for (int i = 0; i < plane; i++) {
          sum += x[xAt + (b * plane + i) * c + j];
        }
        y[yAt + b * c + j] = (float) (sum / plane);
      }
    }
  }

  @Override
  public void globalBackward(int n, int plane, int c, float[] dy, int dyAt, float[] dx, int dxAt) {
    for (int b = 0; b < n; b++) {
      for (int i = 0; i < plane; i++) {
        for (int j = 0; j < c; j++) {
          dx[dxAt + (b * plane + i) * c + j] = (float) ((double) dy[dyAt + b * c + j] / plane);
        }
      }
    }
  }
}
