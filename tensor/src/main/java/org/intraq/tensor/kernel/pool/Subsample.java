package org.intraq.tensor.kernel.pool;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

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
  private static final VectorSpecies<Float> S = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = S.length();

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
      int from = xAt + (n * h + p * stride) * w * c;
      int to = yAt + (n * oh + p) * ow * c2;
      Arrays.fill(y, to, to + ow * c2, 0f);
      copy(ow, c, x, from, stride * c, y, to + before, c2);
    }
  }

  /**
   * Pixels of {@code c} channels. In vectors, of which the last overlaps the one before: a call for
   * each pixel costs more than its few channels.
   */
  private static void copy(
      int pixels, int c, float[] from, int at, int step, float[] to, int toAt, int toStep) {
    if (c < LANES) {
      for (int q = 0; q < pixels; q++) {
        System.arraycopy(from, at + q * step, to, toAt + q * toStep, c);
      }
      return;
    }
    for (int next = 0; next < c; next += LANES) {
      int j = Math.min(next, c - LANES);
      for (int q = 0; q < pixels; q++) {
        FloatVector.fromArray(S, from, at + q * step + j).intoArray(to, toAt + q * toStep + j);
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
    for (int p = 0; p < oh; p++) {
      int from = dyAt + (n * oh + p) * ow * c2 + before;
      int to = dxAt + (n * h + p * stride) * w * c;
      int rows = Math.min(stride, h - p * stride);
      Arrays.fill(dx, to, to + rows * w * c, 0f);
      copy(ow, c, dy, from, c2, dx, to, stride * c);
    }
  }
}
