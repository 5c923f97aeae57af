package org.intraq.bench.torch;

import org.bytedeco.pytorch.Tensor;
import org.intraq.bench.harness.KernelCase;

/** How PyTorch does one of the engine's operations. */
interface Operation {
  /**
   * Prepares a case.
   *
   * @param in the operands
   */
  Runner prepare(KernelCase problem, Tensor[] in, Layout layout);

  /** The prepared operation. */
  interface Runner {
    /** Runs it; gives what the engine writes. */
    Tensor[] run();

    /** Turns what {@link #run} gave into what is compared; not timed. */
    default Tensor[] comparable(Tensor[] results) {
      return results;
    }
  }
}
