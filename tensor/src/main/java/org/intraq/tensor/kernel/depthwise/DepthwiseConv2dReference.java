package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** {@link DepthwiseConv2d} in plain loops. */
public final class DepthwiseConv2dReference implements DepthwiseConv2d {
  @Override
  public void forward(Conv2dShape s, float[] x, int xAt, float[] w, int wAt, float[] y, int yAt) {
    int c = s.ic();
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p++) {
        for (int q = 0; q < s.outW(); q++) {
          for (int j = 0; j < c; j++) {
            double sum = 0;
            for (int r = 0; r < s.kh(); r++) {
              int i = p * s.strideH() - s.padTop() + r * s.dilationH();
              for (int t = 0; t < s.kw(); t++) {
                int k = q * s.strideW() - s.padLeft() + t * s.dilationW();
                if (i >= 0 && i < s.h() && k >= 0 && k < s.w()) {
                  sum +=
                      (double) x[xAt + ((n * s.h() + i) * s.w() + k) * c + j]
                          * w[wAt + (r * s.kw() + t) * c + j];
                }
              }
            }
            y[yAt + ((n * s.outH() + p) * s.outW() + q) * c + j] = (float) sum;
          }
        }
      }
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape s, float[] dy, int dyAt, float[] w, int wAt, float[] dx, int dxAt) {
    int c = s.ic();
    for (int n = 0; n < s.n(); n++) {
      for (int i = 0; i < s.h(); i++) {
        for (int k = 0; k < s.w(); k++) {
          for (int j = 0; j < c; j++) {
            double sum = 0;
            for (int r = 0; r < s.kh(); r++) {
              int row = i + s.padTop() - r * s.dilationH();
              for (int t = 0; t < s.kw(); t++) {
                int column = k + s.padLeft() - t * s.dilationW();
                if (hits(row, s.strideH(), s.outH()) && hits(column, s.strideW(), s.outW())) {
                  int p = row / s.strideH();
                  int q = column / s.strideW();
                  sum +=
                      (double) dy[dyAt + ((n * s.outH() + p) * s.outW() + q) * c + j]
                          * w[wAt + (r * s.kw() + t) * c + j];
                }
              }
            }
            dx[dxAt + ((n * s.h() + i) * s.w() + k) * c + j] = (float) sum;
          }
        }
      }
    }
  }

  /** Whether a window starts at padded position {@code at}. */
  private static boolean hits(int at, int stride, int outputs) {
    return at >= 0 && at % stride == 0 && at / stride < outputs;
  }

  @Override
  public void backwardWeights(
      Conv2dShape s, float[] x, int xAt, float[] dy, int dyAt, float beta, float[] dw, int dwAt) {
    int c = s.ic();
    for (int r = 0; r < s.kh(); r++) {
      for (int t = 0; t < s.kw(); t++) {
        for (int j = 0; j < c; j++) {
          double sum = 0;
          for (int n = 0; n < s.n(); n++) {
            for (int p = 0; p < s.outH(); p++) {
              int i = p * s.strideH() - s.padTop() + r * s.dilationH();
              for (int q = 0; q < s.outW(); q++) {
                int k = q * s.strideW() - s.padLeft() + t * s.dilationW();
                if (i >= 0 && i < s.h() && k >= 0 && k < s.w()) {
                  sum +=
                      (double) x[xAt + ((n * s.h() + i) * s.w() + k) * c + j]
                          * dy[dyAt + ((n * s.outH() + p) * s.outW() + q) * c + j];
                }
              }
            }
          }
          int at = dwAt + (r * s.kw() + t) * c + j;
          dw[at] = (float) (beta == 0 ? sum : (double) beta * dw[at] + sum);
        }
      }
    }
  }
}
