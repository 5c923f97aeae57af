package org.intraq.tensor.kernel.resample;

/**
 * The two samples and the weight that bilinear resizing takes along one axis.
 *
 * <p>Output d of {@code out} reads position u = (d + 1/2) * size / out - 1/2 = ((2 d + 1) * size -
 * out) / (2 * out): an exact fraction, so the sample index never depends on rounding and the weight
 * is the nearest float.
 */
final class BilinearTaps {
  private BilinearTaps() {}

  /** Index of the first sample of output {@code d}, in [0, size). */
  static int first(int d, int size, int out) {
    long numerator = Math.max((2L * d + 1) * size - out, 0);
    return (int) (numerator / (2L * out));
  }

  /** Index of the second sample: the next one, or the last one again. */
  static int second(int first, int size) {
    return Math.min(first + 1, size - 1);
  }

  /** Weight of the second sample, in [0, 1); the first has one minus it. */
  static double weight(int d, int size, int out) {
    long numerator = Math.max((2L * d + 1) * size - out, 0);
    return (double) (numerator % (2L * out)) / (2L * out);
  }
}
