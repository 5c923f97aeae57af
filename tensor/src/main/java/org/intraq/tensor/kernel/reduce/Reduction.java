package org.intraq.tensor.kernel.reduce;

/**
 * Sums, minima and maxima in an order that depends on the shape alone.
 *
 * <p>Sums are within (K + 16) 2^-24 of the sum of absolute terms, with K = {@link #MAX_CHUNK} the
 * most terms that are summed in single precision before a sum in double; an empty sum is 0. Minima
 * and maxima are exact, zero always +0; one NaN among the values makes both NaN; of nothing they
 * are +infinity and -infinity. Outputs must not overlap inputs.
 */
public interface Reduction {
  /** Most terms that are summed in single precision. */
  int MAX_CHUNK = 1024;

  /** The sum of n elements. */
  double sum(int n, float[] x, int xAt);

  /** The sum of squares of n elements. */
  double sumSquares(int n, float[] x, int xAt);

  /** y[c] = sum over m of x [M, C]. */
  void columnSums(int m, int c, float[] x, int xAt, float[] y, int yAt);

  /** y[m] = sum over c of x [M, C]. */
  void rowSums(int m, int c, float[] x, int xAt, float[] y, int yAt);

  /** y[0] = minimum, y[1] = maximum of n elements. */
  void minMax(int n, float[] x, int xAt, float[] y, int yAt);

  /** y[c] = minimum, y[C + c] = maximum over m of x [M, C]. */
  void minMaxChannels(int m, int c, float[] x, int xAt, float[] y, int yAt);

  /**
   * y[m] = index of the largest element of row m of x [M, C], C &gt; 0: the first among equals, or
   * the first NaN where there is one.
   */
  void argMaxRows(int m, int c, float[] x, int xAt, int[] y, int yAt);
}
