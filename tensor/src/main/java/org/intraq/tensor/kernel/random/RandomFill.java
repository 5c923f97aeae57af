package org.intraq.tensor.kernel.random;

/**
 * Fills arrays with random numbers that are a pure function of key and counter.
 *
 * <p>Element i takes word i mod 4 of the {@link Philox} block with counter {@code counter + i / 4}
 * (upper counter words 0); n elements use up ceil(n / 4) blocks. The same bits for every
 * implementation, number of threads, vector width and device. n = 0 does nothing.
 */
public interface RandomFill {
  /**
   * y[i] = low + u * (high - low), u = the upper 24 bits of the word times 2^-24, in one fused
   * multiply-add, and at most the float below {@code high}; all y = low if low = high.
   */
  void uniform(long key, long counter, float low, float high, int n, float[] y, int yOffset);

  /**
   * y[i] = mean + deviation * z, z standard normal by Box-Muller on the words (2j, 2j + 1), the
   * cosine for even i and the sine for odd i, in one fused multiply-add.
   */
  void normal(long key, long counter, float mean, float deviation, int n, float[] y, int yOffset);
}
