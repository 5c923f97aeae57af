package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Depthwise convolution: every channel has one filter of its own (groups = IC = OC = C).
 *
 * <p>x [N, H, W, C], w [KH, KW, 1, C], y [N, OH, OW, C], any stride, padding and dilation:
 *
 * <pre>
 * y[n, p, q, c]  = sum over r, s of x[n, p strideH - padTop + r dilationH, q strideW - padLeft + s dilationW, c] * w[r, s, c]
 * dx             = the adjoint in x of that map, applied to dy
 * dw[r, s, c]    = beta * dw[r, s, c] + sum over n, p, q of x[n, .., .., c] * dy[n, p, q, c]
 * </pre>
 *
 * <p>Samples outside the input count as zero (they are left out: padding does not turn an infinite
 * weight into NaN). Outputs must not overlap inputs; they are written in full, dx also where no
 * window reaches. N = 0 gives dw = beta * dw; beta = 0 does not read dw.
 *
 * <p>Accuracy: y and dx within (KH KW + 1) 2^-24 of the sum of absolute products; dw within (R +
 * 16) 2^-24 of it, with R = {@link #MAX_CHUNK} the most products that are summed in single
 * precision before a sum in double.
 *
 * <p>Source: Howard et al., "MobileNets", 2017, section 3.1.
 */
public interface DepthwiseConv2d {
  /** Most products of one weight's gradient that are summed in single precision. */
  int MAX_CHUNK = 4096;

  /** y from x and w. */
  void forward(Conv2dShape shape, float[] x, int xAt, float[] w, int wAt, float[] y, int yAt);

  /** dx from dy and w. */
  void backwardInput(
      Conv2dShape shape, float[] dy, int dyAt, float[] w, int wAt, float[] dx, int dxAt);

  /** dw from x and dy. */
  void backwardWeights(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] dy,
      int dyAt,
      float beta,
      float[] dw,
      int dwAt);
}
