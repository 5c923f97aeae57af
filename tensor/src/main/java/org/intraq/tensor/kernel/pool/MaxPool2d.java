package org.intraq.tensor.kernel.pool;

/**
 * Window maxima of x [N, H, W, C], and their gradient.
 *
 * <pre>
 * y[n, p, q, c]      = max over the window's samples inside the input of x
 * argmax[n, p, q, c] = flat index into x (counted from xAt) of the sample that won
 * dx[i]              = sum of dy over the windows whose argmax is i
 * </pre>
 *
 * <p>The first among equals wins, in row-major order of the window (-0 equals +0); a NaN wins over
 * everything, the first NaN if there are several. Outputs must not overlap inputs. N = 0 or an
 * empty plane writes nothing. y is exact; dx is within (KH KW) 2^-24 of the sum of |dy|.
 */
public interface MaxPool2d {
  /** y and argmax from x. */
  void forward(
      Pool2dShape shape, float[] x, int xAt, float[] y, int yAt, int[] argmax, int argmaxAt);

  /** dx, written in full, from dy and argmax. */
  void backward(
      Pool2dShape shape, float[] dy, int dyAt, int[] argmax, int argmaxAt, float[] dx, int dxAt);
}
