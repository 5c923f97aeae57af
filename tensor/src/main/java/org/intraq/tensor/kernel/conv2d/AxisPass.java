package org.intraq.tensor.kernel.conv2d;

/**
 * One axis (rows or columns) of a correlation pass: grid point i reads input index {@code i *
 * stride + origin + k * step} under its k-th tap and writes output index {@code outStart + i *
 * outStep}.
 *
 * @param taps number of taps; 0 when nothing reaches these outputs
 * @param firstTap index of tap 0 within the kernel
 * @param tapDelta index of tap k + 1 minus that of tap k
 * @param step input elements between taps, at least 1
 * @param origin input index of grid point 0 under tap 0; negative inside the padding
 * @param stride input elements between grid points
 * @param inExtent input elements
 * @param grid grid points
 * @param outStart output index of grid point 0
 * @param outStep output elements between grid points
 */
record AxisPass(
    int taps,
    int firstTap,
    int tapDelta,
    int step,
    int origin,
    int stride,
    int inExtent,
    int grid,
    int outStart,
    int outStep) {

  /** The axis of a forward convolution. */
  static AxisPass forward(int in, int out, int kernel, int stride, int padBefore, int dilation) {
    return new AxisPass(kernel, 0, 1, dilation, -padBefore, stride, in, out, 0, 1);
  }

  /**
   * The axis of the adjoint, for the input indices h = phase + i * stride.
   *
   * <p>Tap r passes output index p to input index h when p * stride - padBefore + r * dilation = h.
   * For one phase the taps that can meet this are an arithmetic sequence r = first + k * t with t =
   * stride / gcd(stride, dilation), and from one to the next p falls by dilation / gcd. So each
   * phase is a dense forward pass over dy with a part of the taps, in reverse order.
   */
  static AxisPass adjoint(
      int in, int out, int kernel, int stride, int padBefore, int dilation, int phase) {
    int gcd = gcd(stride, dilation);
    int between = stride / gcd;
    int first = 0;
    while (first < between && Math.floorMod(phase + padBefore - first * dilation, stride) != 0) {
      first++;
    }
    int grid = in > phase ? (in - phase + stride - 1) / stride : 0;
    int taps = first == between || first >= kernel ? 0 : (kernel - first + between - 1) / between;
    int step = dilation / gcd;
    int start = taps == 0 ? 0 : (phase + padBefore - first * dilation) / stride;
    return new AxisPass(
        taps,
        first + (taps - 1) * between,
        -between,
        step,
        start - (taps - 1) * step,
        1,
        out,
        grid,
        phase,
        stride);
  }

  /** Kernel index of the k-th tap. */
  int tap(int k) {
    return firstTap + k * tapDelta;
  }

  /** With one tap the inputs between grid points are never read. */
  boolean compact() {
    return taps == 1;
  }

  /** Distance, in what a strip stores, between the inputs of neighbouring grid points. */
  int storedStride() {
    return compact() ? 1 : stride;
  }

  /** Stored inputs that {@code points} neighbouring grid points read. */
  int stored(int points) {
    return compact() ? points : (points - 1) * stride + (taps - 1) * step + 1;
  }

  /** Input index of stored element {@code index} of a strip that begins at grid point {@code i}. */
  int inputIndex(int i, int index) {
    return i * stride + origin + (compact() ? index * stride : index);
  }

  /** One past the last input index that {@code points} grid points from {@code i} on read. */
  int inputEnd(int i, int points) {
    return inputIndex(i, stored(points) - 1) + 1;
  }

  private static int gcd(int a, int b) {
    return b == 0 ? a : gcd(b, a % b);
  }
}
