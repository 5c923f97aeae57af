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
   * Whether sums are to be formed term by term, as by definition, and not by an algorithm that
   * divides, as Winograd's does.
   */
  default boolean direct() {
    return false;
  }

  /**
   * Quantized weights: sums of whole numbers stay exact below 2^24, and others round as PyTorch's
   * do, which matters where a sum lies at the border of two codes of the next layer: for ranges
   * that are chosen by such sums, and for a network that another program is to reproduce.
   */
  static ConvolutionWeights ofQuantized(Tensor w) {
    return new ConvolutionWeights() {
      @Override
      public Tensor tensor() {
        return w;
      }

      @Override
      public boolean direct() {
        return true;
      }
    };
  }

  /** Weights that may change from call to call. */
  static ConvolutionWeights of(Tensor w) {
    return () -> w;
  }
}
