package org.intraq.tensor.kernel.elementwise;

/**
 * Element-wise arithmetic and rectifiers on {@code n} consecutive elements.
 *
 * <p>An output may be the same window as an input; other overlap is not allowed. n = 0 does
 * nothing. NaN and infinity follow IEEE 754: a NaN operand gives a NaN, except where a gradient is
 * masked out. Every result is at most two roundings away from the exact one: error at most 2^-23 *
 * (sum of the absolute terms); single additions and products are correctly rounded.
 */
public interface Elementwise {
  /** y = alpha * a + beta * b; with beta = 0 array b is not read and may be null. */
  void linear(
      int n, float alpha, float[] a, int aAt, float beta, float[] b, int bAt, float[] y, int yAt);

  /** y = a * b. */
  void multiply(int n, float[] a, int aAt, float[] b, int bAt, float[] y, int yAt);

  /** y = alpha * x + shift. */
  void scaleShift(int n, float alpha, float[] x, int xAt, float shift, float[] y, int yAt);

  /** y = min(max(x, 0), cap), with cap > 0, +infinity for none; NaN stays NaN, -0 becomes +0. */
  void relu(int n, float[] x, int xAt, float cap, float[] y, int yAt);

  /** dx = dy where 0 &lt; y &lt; cap, else +0 (also where y is NaN). */
  void reluBackward(
      int n, float[] y, int yAt, float cap, float[] dy, int dyAt, float[] dx, int dxAt);

  /** y = min(max(a + b, 0), cap), NaN as in {@link #relu}. */
  void addRelu(int n, float[] a, int aAt, float[] b, int bAt, float cap, float[] y, int yAt);
}
