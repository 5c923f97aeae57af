package org.intraq.tensor.kernel.pool;

/**
 * Window means of x [N, H, W, C], the mean of whole planes, and their adjoints.
 *
 * <pre>
 * y[n, p, q, c] = sum over the window's samples inside the input of x / divisor
 * divisor       = KH KW if padding is counted, else the number of samples inside the input
 * dx            = the adjoint of that map, applied to dy
 * </pre>
 *
 * <p>Outputs must not overlap inputs and are written in full. N = 0 writes nothing; the mean of an
 * empty plane is NaN. Accuracy: within (T + 8) 2^-24 of the mean of |x|, with T the window's size,
 * at most {@link #MAX_CHUNK} for whole planes; dx likewise.
 */
public interface AveragePool2d {
  /** Most samples of a plane that are summed in single precision. */
  int MAX_CHUNK = 1024;

  /** y from x. */
  void forward(Pool2dShape shape, boolean countPadding, float[] x, int xAt, float[] y, int yAt);

  /** dx from dy. */
  void backward(
      Pool2dShape shape, boolean countPadding, float[] dy, int dyAt, float[] dx, int dxAt);

  /** y [N, C] = mean over the plane of x [N, plane, C]. */
  void global(int n, int plane, int c, float[] x, int xAt, float[] y, int yAt);

  /** dx [N, plane, C] = dy [N, C] / plane. */
  void globalBackward(int n, int plane, int c, float[] dy, int dyAt, float[] dx, int dxAt);
}
