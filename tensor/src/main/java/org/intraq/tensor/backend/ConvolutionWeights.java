package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/**
 * Weights [KH, KW, IC/groups, OC] of a convolution as {@link FusedConvolutionOps} takes them: as
 * they are, or frozen, with whatever layout of their own the backend has made of them.
 */
public interface ConvolutionWeights {
  /** The weights themselves. */
  Tensor tensor();

  /**
   * Whether weights and input are whole numbers whose sums have to be exact below 2^24: then no
   * algorithm may divide them, as Winograd's does.
   */
  default boolean wholeNumbers() {
    return false;
  }

  /** Whole numbers; see {@link #wholeNumbers}. */
  static ConvolutionWeights ofWholeNumbers(Tensor w) {
    return new ConvolutionWeights() {
      @Override
      public Tensor tensor() {
        return w;
      }

      @Override
      public boolean wholeNumbers() {
        return true;
      }
    };
  }

  /** Weights that may change from call to call. */
  static ConvolutionWeights of(Tensor w) {
    return () -> w;
  }
}
