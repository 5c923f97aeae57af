package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/**
 * Weights [KH, KW, IC/groups, OC] of a convolution as {@link FusedConvolutionOps} takes them: as
 * they are, or frozen, with whatever layout of their own the backend has made of them.
 */
public interface ConvolutionWeights {
  /** The weights themselves. */
  Tensor tensor();

  /** Weights that may change from call to call. */
  static ConvolutionWeights of(Tensor w) {
    return () -> w;
  }
}
