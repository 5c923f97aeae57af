package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/** Sums, minima and maxima in a fixed order; sums of many terms are pairwise or in double. */
public interface ReductionOps {
  /** y[0] = sum of x. */
  void sum(Tensor x, Tensor y);

  /** y[0] = sum of x * x. */
  void sumSquares(Tensor x, Tensor y);

  /** y[c] = sum of x [.., C] over all but the last dimension. */
  void columnSums(Tensor x, Tensor y);

  /** y[r] = sum of row r of x [R, C]. */
  void rowSums(Tensor x, Tensor y);

  /**
   * y[0] = minimum, y[1] = maximum of x, zero always +0; NaN if x holds one; +inf and -inf if x is
   * empty.
   */
  void minMax(Tensor x, Tensor y);

  /** y[0, c] = minimum, y[1, c] = maximum of channel c of x [.., C], as {@link #minMax}. */
  void minMaxChannels(Tensor x, Tensor y);

  /** y[r] (S32) = index of the largest element of row r of x [R, C], the first among equals. */
  void argMaxRows(Tensor x, Tensor y);
}
