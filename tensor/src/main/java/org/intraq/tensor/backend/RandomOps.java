package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/**
 * Random numbers as a pure function of key and counter (Philox4x32-10, Salmon et al. 2011): element
 * i takes word i mod 4 of the block with counter {@code counter + i / 4}.
 */
public interface RandomOps {
  /** y = uniform in [low, high), from the upper 24 bits of a word. */
  void uniform(long key, long counter, float low, float high, Tensor y);

  /**
   * y = standard normal times {@code deviation} plus {@code mean}, Box-Muller on word pairs; the
   * same bits on every device.
   */
  void normal(long key, long counter, float mean, float deviation, Tensor y);
}
