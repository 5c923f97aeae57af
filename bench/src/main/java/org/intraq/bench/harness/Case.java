package org.intraq.bench.harness;

import java.util.Optional;
import org.intraq.tensor.backend.Backend;

/** One measured problem: an operation, its sizes, its data. */
public interface Case {
  /** What its geometric mean is taken over, such as {@code conv3x3}. */
  String group();

  /** Where the sizes come from and what is done, such as {@code resnet18.stage3.unit1:forward}. */
  String shape();

  /** {@code group/shape}, unique within the catalogue. */
  default String id() {
    return group() + "/" + shape();
  }

  /** The arithmetic and the memory traffic of one run. */
  Work work();

  /** Sets the problem up on a device; the data are a function of the case alone. */
  Instance make(Backend backend);

  /** The same problem, small enough for the plain-loop reference; may be this. */
  Case small();

  /** The same problem in full precision, where this one computes with codes. */
  default Optional<Case> plain() {
    return Optional.empty();
  }

  /** How a result differs from the expected one by more than rounding; empty if it does not. */
  Optional<String> difference(float[] expected, float[] actual);

  /** Whether it stands for its group in a quick run. */
  boolean quick();
}
