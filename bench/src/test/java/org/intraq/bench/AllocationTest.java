package org.intraq.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.step.StepCase;
import org.intraq.bench.step.StepCase.Kind;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AllocationTest {
  private static final long MEGABYTE = 1_000_000;

  /** Until kernels are compiled their vectors are objects: many bytes, and none afterwards. */
  private static final double WARM_UP_NANOS = 90e9;

  static List<Case> steps() {
    return List.of(
        new StepCase(Kind.SYNTHESIS, "resnet20_cifar10", 0, 16, false),
        new StepCase(Kind.FINE_TUNING, "resnet20_cifar10", 0, 16, false));
  }

  /** One activation of such a step is a megabyte, and there are dozens. */
  @ParameterizedTest
  @MethodSource("steps")
  void steadyStateAllocatesLessThanAMegabyteAnIteration(Case step) {
    try (Instance instance = Implementation.of(Implementation.SIMD).make(step, 2).orElseThrow()) {
      instance.begin();
      long least = Long.MAX_VALUE;
      long start = System.nanoTime();
      do {
        long before = Steadiness.allocatedBytes();
        instance.run();
        least = Math.min(least, Steadiness.allocatedBytes() - before);
      } while (least >= MEGABYTE && System.nanoTime() - start < WARM_UP_NANOS);
      assertTrue(least < MEGABYTE, step.id() + " allocates " + least + " bytes an iteration");
    }
  }
}
