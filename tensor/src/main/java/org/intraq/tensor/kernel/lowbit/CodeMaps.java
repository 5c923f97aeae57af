package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * What happens to codes between convolutions: to codes and back, window maxima, parameter-free
 * shortcuts. One code a byte, unsigned.
 *
 * <p>Inputs and outputs must not overlap. Sizes of zero do nothing. Results are equal for every
 * implementation and number of threads.
 */
public interface CodeMaps {
  /** codes[i] = quantizer.code(x[i]); NaN gives code 0. */
  void quantize(CodeQuantizer quantizer, int n, float[] x, int xAt, byte[] codes, int codesAt);

  /** y[i] = (codes[i] - zero) / m, rounded once; m = 1 gives whole numbers. */
  void values(int n, byte[] codes, int codesAt, int zero, float m, float[] y, int yAt);

  /**
   * Window maxima of x [N, H, W, C]; padding never wins. The order of codes is that of their
   * values.
   */
  void maxPool(Pool2dShape shape, byte[] x, int xAt, byte[] y, int yAt);

  /**
   * y[n, p, q, before + c] = x[n, p * stride, q * stride, c] for c &lt; C, all other channels of y
   * [N, ceil(H / stride), ceil(W / stride), C2] are {@code fill}.
   */
  void subsample(
      int n,
      int h,
      int w,
      int c,
      int stride,
      int before,
      int c2,
      int fill,
      byte[] x,
      int xAt,
      byte[] y,
      int yAt);
}
