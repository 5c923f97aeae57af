package org.intraq.bench;

import java.util.List;
import java.util.Optional;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;

/** Whether implementations compute the same: a fast wrong answer is no answer. */
final class Verification {
  private Verification() {}

  /**
   * Compares implementations that run with so many threads with the reference at the small size.
   *
   * @throws IllegalStateException naming case, implementation and difference
   */
  static void againstReference(Case problem, List<String> names, int threads) {
    Case small = problem.small();
    float[] expected = runOnce(small, Implementation.REFERENCE, 1).orElseThrow();
    for (String name : names) {
      // Nothing where it has no such operation, or computes in another precision.
      runOnce(small, name, threads).ifPresent(actual -> compare(small, name, expected, actual));
    }
  }

  private static Optional<float[]> runOnce(Case problem, String name, int threads) {
    return Implementation.of(name)
        .make(problem, threads)
        .map(
            made -> {
              try (Instance instance = made) {
                instance.begin();
                instance.run();
                return instance.agrees() ? instance.result() : null;
              }
            });
  }

  /**
   * Compares two results.
   *
   * @throws IllegalStateException if they differ by more than the case allows
   */
  static void compare(Case problem, String name, float[] expected, float[] actual) {
    problem
        .difference(expected, actual)
        .ifPresent(
            difference -> {
              throw new IllegalStateException(
                  "bench: " + problem.id() + " by " + name + ": " + difference);
            });
  }
}
