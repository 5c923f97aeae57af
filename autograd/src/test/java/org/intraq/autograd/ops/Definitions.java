package org.intraq.autograd.ops;

import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * Operations by their definitions: plain loops in double, written apart from the kernels'
 * references.
 */
final class Definitions {
  private Definitions() {}

  static double sum(float[] x) {
    double sum = 0;
    for (float v : x) {
      sum += v;
    }
    return sum;
  }

  static double sum(float[] x, float[] weights) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += (double) x[i] * weights[i];
    }
    return sum;
  }

  static double meanSquaredError(float[] x, float[] target) {
    double sum = 0;
    for (int i = 0; i < x.length; i++) {
      sum += ((double) x[i] - target[i]) * ((double) x[i] - target[i]);
    }
    return sum / x.length;
  }

  static double[] zip(float[] a, float[] b, DoubleBinaryOperator f) {
    double[] y = new double[a.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = f.applyAsDouble(a[i], b[i]);
    }
    return y;
  }

  static double[] map(double[] x, DoubleUnaryOperator f) {
    return java.util.Arrays.stream(x).map(f).toArray();
  }

  /** a + b; a null b is zero. */
  static double[] add(double[] a, float[] b) {
    double[] y = a.clone();
    for (int i = 0; b != null && i < y.length; i++) {
      y[i] += b[i];
    }
    return y;
  }

  static double[] matMul(float[] a, float[] b, int m, int k, int n) {
    double[] y = new double[m * n];
    for (int i = 0; i < m * n; i++) {
      for (int l = 0; l < k; l++) {
        y[i] += (double) a[i / n * k + l] * b[l * n + i % n];
      }
    }
    return y;
  }

  /** x * scale + shift by channel; a null scale is 1. */
  static double[] channel(float[] x, float[] shift, float[] scale) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int c = i % shift.length;
      y[i] = (double) x[i] * (scale == null ? 1 : scale[c]) + shift[c];
    }
    return y;
  }

  static double[] conv(Conv2dShape s, float[] x, float[] w) {
    double[] y = new double[s.outputSize()];
    int i = 0;
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p++) {
        for (int q = 0; q < s.outW(); q++) {
          for (int o = 0; o < s.oc(); o++) {
            y[i++] = window(s, x, w, n, p, q, o);
          }
        }
      }
    }
    return y;
  }

  private static double window(Conv2dShape s, float[] x, float[] w, int n, int p, int q, int o) {
    double sum = 0;
    int group = o / s.ocPerGroup();
    for (int r = 0; r < s.kh(); r++) {
      for (int t = 0; t < s.kw(); t++) {
        int row = p * s.strideH() - s.padTop() + r * s.dilationH();
        int column = q * s.strideW() - s.padLeft() + t * s.dilationW();
        for (int c = 0;
            row >= 0 && row < s.h() && column >= 0 && column < s.w() && c < s.icPerGroup();
            c++) {
          double sample =
              x[((n * s.h() + row) * s.w() + column) * s.ic() + group * s.icPerGroup() + c];
          sum += sample * w[((r * s.kw() + t) * s.icPerGroup() + c) * s.oc() + o];
        }
      }
    }
    return sum;
  }

  static double[] moments(float[] x, int channels) {
    double[] y = new double[2 * channels];
    int samples = x.length / channels;
    for (int c = 0; c < channels; c++) {
      for (int i = c; i < x.length; i += channels) {
        y[c] += (double) x[i] / samples;
      }
      for (int i = c; i < x.length; i += channels) {
        y[channels + c] += (x[i] - y[c]) * (x[i] - y[c]) / samples;
      }
    }
    return y;
  }

  /** Scales, then shifts. */
  static double[] foldBatchNorm(
      float[] gamma, float[] beta, float[] mean, float[] variance, double eps) {
    double[] y = new double[2 * gamma.length];
    for (int c = 0; c < gamma.length; c++) {
      y[c] = gamma[c] / Math.sqrt(variance[c] + eps);
      y[gamma.length + c] = beta[c] - mean[c] * y[c];
    }
    return y;
  }

  static double[] batchNorm(
      float[] x, float[] gamma, float[] beta, float[] mean, float[] variance, double eps) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int c = i % gamma.length;
      y[i] = ((double) x[i] - mean[c]) / Math.sqrt(variance[c] + eps) * gamma[c] + beta[c];
    }
    return y;
  }

  static double[] batchNormTrain(float[] x, float[] gamma, float[] beta, double eps) {
    double[] moments = moments(x, gamma.length);
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      int c = i % gamma.length;
      y[i] = (x[i] - moments[c]) / Math.sqrt(moments[gamma.length + c] + eps) * gamma[c] + beta[c];
    }
    return y;
  }

  static double[] maxPool(Pool2dShape s, float[] x) {
    return pool(s, x, (max, v) -> Math.max(max, v), Double.NEGATIVE_INFINITY, 0);
  }

  static double[] averagePool(Pool2dShape s, boolean countPadding, float[] x) {
    return pool(s, x, Double::sum, 0, countPadding ? 1 : 2);
  }

  /** divisor: 0 none, 1 the window's size, 2 the samples inside the input. */
  private static double[] pool(
      Pool2dShape s,
      float[] x,
      java.util.function.DoubleBinaryOperator f,
      double start,
      int divisor) {
    double[] y = new double[s.n() * s.outH() * s.outW() * s.c()];
    for (int i = 0; i < y.length; i++) {
      int c = i % s.c();
      int q = i / s.c() % s.outW();
      int p = i / s.c() / s.outW() % s.outH();
      int n = i / s.c() / s.outW() / s.outH();
      double value = start;
      int inside = 0;
      for (int k = 0; k < s.kh() * s.kw(); k++) {
        int row = p * s.strideH() - s.padTop() + k / s.kw();
        int column = q * s.strideW() - s.padLeft() + k % s.kw();
        if (row >= 0 && row < s.h() && column >= 0 && column < s.w()) {
          value = f.applyAsDouble(value, x[((n * s.h() + row) * s.w() + column) * s.c() + c]);
          inside++;
        }
      }
      y[i] = divisor == 0 ? value : value / (divisor == 1 ? s.kh() * s.kw() : inside);
    }
    return y;
  }

  static double[] subsample(
      float[] x, int n, int h, int w, int c, int stride, int channels, int before) {
    int oh = (h + stride - 1) / stride;
    int ow = (w + stride - 1) / stride;
    double[] y = new double[n * oh * ow * channels];
    for (int i = 0; i < n * oh * ow * c; i++) {
      int pixel = i / c;
      int row = pixel / ow % oh * stride;
      int column = pixel % ow * stride;
      y[pixel * channels + before + i % c] =
          x[((pixel / ow / oh * h + row) * w + column) * c + i % c];
    }
    return y;
  }

  static double[] softmax(float[] x, int columns, double temperature) {
    double[] y = new double[x.length];
    for (int r = 0; r < x.length; r += columns) {
      double total = 0;
      for (int c = r; c < r + columns; c++) {
        total += Math.exp(x[c] / temperature);
      }
      for (int c = r; c < r + columns; c++) {
        y[c] = Math.exp(x[c] / temperature) / total;
      }
    }
    return y;
  }

  static double[] crossEntropy(float[] x, int columns, int[] labels, double smoothing) {
    double[] p = softmax(x, columns, 1);
    double[] y = new double[labels.length];
    for (int i = 0; i < p.length; i++) {
      int r = i / columns;
      double t = smoothing / columns + (labels[r] == i % columns ? 1 - smoothing : 0);
      y[r] -= t * Math.log(p[i]);
    }
    return y;
  }

  static double[] klDivergence(float[] teacher, float[] student, int columns, double temperature) {
    double[] p = softmax(teacher, columns, temperature);
    double[] q = softmax(student, columns, temperature);
    double[] y = new double[p.length / columns];
    for (int i = 0; i < p.length; i++) {
      y[i / columns] += p[i] * Math.log(p[i] / q[i]);
    }
    return y;
  }

  static double[] pick(float[] x, int columns, int[] labels) {
    double[] y = new double[labels.length];
    for (int r = 0; r < y.length; r++) {
      y[r] = x[r * columns + labels[r]];
    }
    return y;
  }

  static double[] l2Normalize(float[] x, int columns) {
    double[] y = new double[x.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = x[i] / Math.sqrt(dot(x, x, i / columns, columns));
    }
    return y;
  }

  static double[] cosine(float[] a, float[] b, int columns) {
    double[] y = new double[a.length / columns];
    for (int r = 0; r < y.length; r++) {
      y[r] = dot(a, b, r, columns) / Math.sqrt(dot(a, a, r, columns) * dot(b, b, r, columns));
    }
    return y;
  }

  private static double dot(float[] a, float[] b, int row, int columns) {
    double sum = 0;
    for (int c = row * columns; c < (row + 1) * columns; c++) {
      sum += (double) a[c] * b[c];
    }
    return sum;
  }

  static double[] cropResizeFlip(
      float[] x, int h, int w, int c, int[] boxes, int[] flip, int oh, int ow) {
    double[] y = new double[flip.length * oh * ow * c];
    for (int i = 0; i < y.length; i++) {
      int n = i / c / ow / oh;
      int q = i / c % ow;
      int column = flip[n] != 0 ? ow - 1 - q : q;
      double fy = position(i / c / ow % oh, boxes[4 * n + 2], oh);
      double fx = position(column, boxes[4 * n + 3], ow);
      for (int corner = 0; corner < 4; corner++) {
        int dy = corner / 2;
        int dx = corner % 2;
        int row = boxes[4 * n] + Math.min((int) fy + dy, boxes[4 * n + 2] - 1);
        int col = boxes[4 * n + 1] + Math.min((int) fx + dx, boxes[4 * n + 3] - 1);
        double weight = Math.abs(1 - dy - fy % 1) * Math.abs(1 - dx - fx % 1);
        y[i] += weight * x[((n * h + row) * w + col) * c + i % c];
      }
    }
    return y;
  }

  private static double position(int index, int extent, int out) {
    return Math.max(0, (index + 0.5) * extent / out - 0.5);
  }
}
