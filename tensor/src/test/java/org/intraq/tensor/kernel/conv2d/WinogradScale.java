package org.intraq.tensor.kernel.conv2d;

/**
 * The error scale of Winograd's F(4x4, 3x3): the same algorithm with the absolute values of all
 * matrices and operands, in double.
 */
final class WinogradScale {
  private static final double A1 = 0.75;
  private static final double A2 = A1 * A1;
  private static final double B1 = 1.5;
  private static final double B2 = B1 * B1;

  private static final double[][] B = {
    {A2 * B2, 0, A2 + B2, 0, 1, 0},
    {0, A1 * B2, B2, A1, 1, 0},
    {0, A1 * B2, B2, A1, 1, 0},
    {0, A2 * B1, A2, B1, 1, 0},
    {0, A2 * B1, A2, B1, 1, 0},
    {0, A2 * B2, 0, A2 + B2, 0, 1}
  };

  private static final double[][] G = {
    {1 / (A2 * B2), 0, 0},
    point(A1, 2 * A2 * (B2 - A2)),
    point(A1, 2 * A2 * (B2 - A2)),
    point(B1, 2 * B2 * (B2 - A2)),
    point(B1, 2 * B2 * (B2 - A2)),
    {0, 0, 1}
  };

  private static final double[][] A = {
    {1, 1, 1, 1, 1, 0},
    {0, A1, A1, B1, B1, 0},
    {0, A2, A2, B2, B2, 0},
    {0, A1 * A2, A1 * A2, B1 * B2, B1 * B2, 1}
  };

  private static double[] point(double p, double divisor) {
    return new double[] {1 / divisor, p / divisor, p * p / divisor};
  }

  private WinogradScale() {}

  /** The scale of each output of a 3x3 convolution of stride 1. */
  static float[] forward(Conv2dShape s, float[] x, float[] w) {
    float[] scale = new float[s.outputSize()];
    double[][] u = new double[s.ic() * s.oc()][];
    for (int i = 0; i < u.length; i++) {
      u[i] = sandwich(G, tile(3, w, i, 3 * s.ic() * s.oc(), s.ic() * s.oc()));
    }
    for (int n = 0; n < s.n(); n++) {
      for (int p = 0; p < s.outH(); p += 4) {
        for (int q = 0; q < s.outW(); q += 4) {
          outputTile(s, x, u, n, p, q, scale);
        }
      }
    }
    return scale;
  }

  /** The scale of the gradients of the input: a forward pass over dy with the weights turned. */
  static float[] backwardInput(Conv2dShape s, float[] dy, float[] w) {
    float[] turned = new float[w.length];
    for (int t = 0; t < 9; t++) {
      for (int c = 0; c < s.ic(); c++) {
        for (int o = 0; o < s.oc(); o++) {
          turned[((8 - t) * s.oc() + o) * s.ic() + c] = w[(t * s.ic() + c) * s.oc() + o];
        }
      }
    }
    return forward(back(s), dy, turned);
  }

  /** The convolution of dy that gives the gradients of the input. */
  private static Conv2dShape back(Conv2dShape s) {
    return new Conv2dShape(
        s.n(),
        s.outH(),
        s.outW(),
        s.oc(),
        s.ic(),
        3,
        3,
        1,
        1,
        2 - s.padTop(),
        2 - s.padLeft(),
        2 - s.padBottom(),
        2 - s.padRight(),
        1,
        1,
        1);
  }

  /** The scale of {@link #backwardWeights} with dy as the input, as {@link WinogradWeightSums}. */
  static float[] weightSums(Conv2dShape s, float[] x, float[] dy) {
    float[] turned = backwardWeights(back(s), dy, x);
    float[] scale = new float[turned.length];
    for (int t = 0; t < 9; t++) {
      for (int c = 0; c < s.ic(); c++) {
        for (int o = 0; o < s.oc(); o++) {
          scale[((8 - t) * s.ic() + c) * s.oc() + o] = turned[(t * s.oc() + o) * s.ic() + c];
        }
      }
    }
    return scale;
  }

  /** The scale of each gradient of a weight by F(4x4, 3x3). */
  static float[] backwardWeights(Conv2dShape s, float[] x, float[] dy) {
    int tiles = (s.outH() + 3) / 4 * ((s.outW() + 3) / 4);
    double[][] v = new double[s.ic() * s.n() * tiles][];
    double[][] d = new double[s.oc() * s.n() * tiles][];
    double[][] transposed = transposed(A);
    for (int t = 0; t < s.n() * tiles; t++) {
      int n = t / tiles;
      int p = t % tiles / ((s.outW() + 3) / 4) * 4;
      int q = t % tiles % ((s.outW() + 3) / 4) * 4;
      for (int c = 0; c < s.ic(); c++) {
        double[] m = cut(x, n, s.h(), s.w(), s.ic(), c, 6, p - s.padTop(), q - s.padLeft());
        v[t * s.ic() + c] = sandwich(B, m);
      }
      for (int o = 0; o < s.oc(); o++) {
        double[] m = cut(dy, n, s.outH(), s.outW(), s.oc(), o, 4, p, q);
        d[t * s.oc() + o] = sandwich(transposed, m);
      }
    }
    float[] scale = new float[s.weightSize()];
    double[][] back = transposed(G);
    for (int co = 0; co < s.ic() * s.oc(); co++) {
      double[] u = new double[36];
      for (int t = 0; t < s.n() * tiles; t++) {
        addProducts(u, v[t * s.ic() + co / s.oc()], d[t * s.oc() + co % s.oc()]);
      }
      double[] g = sandwich(back, u);
      for (int i = 0; i < 9; i++) {
        scale[i * s.ic() * s.oc() + co] = (float) g[i];
      }
    }
    return scale;
  }

  /** Absolute values of a square of one channel, zero outside of the image. */
  private static double[] cut(
      float[] values, int n, int height, int width, int channels, int c, int side, int p, int q) {
    double[] result = new double[side * side];
    for (int i = 0; i < side * side; i++) {
      int h = p + i / side;
      int w = q + i % side;
      if (h >= 0 && h < height && w >= 0 && w < width) {
        result[i] = Math.abs(values[((n * height + h) * width + w) * channels + c]);
      }
    }
    return result;
  }

  private static double[][] transposed(double[][] m) {
    double[][] result = new double[m[0].length][m.length];
    for (int i = 0; i < m.length * m[0].length; i++) {
      result[i % m[0].length][i / m[0].length] = m[i / m[0].length][i % m[0].length];
    }
    return result;
  }

  private static void outputTile(
      Conv2dShape s, float[] x, double[][] u, int n, int p, int q, float[] scale) {
    double[][] v = new double[s.ic()][];
    for (int c = 0; c < s.ic(); c++) {
      v[c] = sandwich(B, cut(x, n, s.h(), s.w(), s.ic(), c, 6, p - s.padTop(), q - s.padLeft()));
    }
    for (int o = 0; o < s.oc(); o++) {
      double[] m = new double[36];
      for (int c = 0; c < s.ic(); c++) {
        addProducts(m, v[c], u[c * s.oc() + o]);
      }
      double[] y = sandwich(A, m);
      for (int i = 0; i < Math.min(4, s.outH() - p); i++) {
        for (int j = 0; j < Math.min(4, s.outW() - q); j++) {
          scale[((n * s.outH() + p + i) * s.outW() + q + j) * s.oc() + o] = (float) y[i * 4 + j];
        }
      }
    }
  }

  private static double[] tile(int side, float[] values, int at, int rowStep, int columnStep) {
    double[] result = new double[side * side];
    for (int i = 0; i < side; i++) {
      for (int j = 0; j < side; j++) {
        result[i * side + j] = Math.abs(values[at + i * rowStep + j * columnStep]);
      }
    }
    return result;
  }

  /** L m L^T, row by row. */
  private static double[] sandwich(double[][] l, double[] m) {
    int rows = l.length;
    int side = l[0].length;
    double[] left = new double[rows * side];
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < side; k++) {
        for (int j = 0; j < side; j++) {
          left[i * side + j] += l[i][k] * m[k * side + j];
        }
      }
    }
    double[] whole = new double[rows * rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < rows; j++) {
        for (int k = 0; k < side; k++) {
          whole[i * rows + j] += left[i * side + k] * l[j][k];
        }
      }
    }
    return whole;
  }

  /** sums += v * u, point by point. */
  private static void addProducts(double[] sums, double[] v, double[] u) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += v[i] * u[i];
    }
  }
}
