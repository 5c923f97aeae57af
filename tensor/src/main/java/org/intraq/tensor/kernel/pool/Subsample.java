package org.intraq.tensor.kernel.pool;

import java.util.Arrays;

/**
 * The shortcut without parameters: every stride-th sample, with zero channels around.
 *
 * <pre>
 * y[n, p, q, before + c] = x[n, p stride, q stride, c], all other channels of y zero
 * dx                     = the adjoint of that map, applied to dy
 * x [N, H, W, C], y [N, ceil(H / stride), ceil(W / stride), C2], before + C &lt;= C2
 * </pre>
 *
 * <p>Copies and zeros only, written in full: there is nothing to compute and so one implementation.
 * Outputs must not overlap inputs.
 *
 * <p>Source: He et al., "Deep residual learning", 2015, section 3.3, option A.
 */
public final class Subsample {
  private Subsample() {}

  /** Number of samples that remain of {@code extent}. */
  public static int outExtent(int extent, int stride) {
    return (extent + stride - 1) / stride;
  }

  /** Image {@code n} of y from image {@code n} of x. */
  public static void forward(
      int n,
      int h,
      int w,
      int c,
      int stride,
      int before,
      int c2,
      float[] x,
      int xAt,
      float[] y,
      int yAt) {
    int oh = outExtent(h, stride);
    int ow = outExtent(w, stride);
    for (int p = 0; p < oh; p++) {
      for (int q = 0; q < ow; q++) {
        int from = xAt + ((n * h + p * stride) * w + q * stride) * c;
        int to = yAt + ((n * oh + p) * ow + q) * c2;
        Arrays.fill(y, to, to + before, 0f);
        System.arraycopy(x, from, y, to + before, c);
        Arrays.fill(y, to + before + c, to + c2, 0f);
      }
    }
  }

  /** Image {@code n} of dx from image {@code n} of dy. */
  public static void backward(
      int n,
      int h,
      int w,
      int c,
      int stride,
      int before,
      int c2,
      float[] dy,
      int dyAt,
      float[] dx,
      int dxAt) {
    int oh = outExtent(h, stride);
    int ow = outExtent(w, stride);
    Arrays.fill(dx, dxAt + n * h * w * c, dxAt + (n + 1) * h * w * c, 0f);
    for (int p = 0; p < oh; p++) {
      for (int q = 0; q < ow; q++) {
        int from = dyAt + ((n * oh + p) * ow + q) * c2 + before;
        int to = dxAt + ((n * h + p * stride) * w + q * stride) * c;
        System.arraycopy(dy, from, dx, to, c);
      }
    }
  }
}
