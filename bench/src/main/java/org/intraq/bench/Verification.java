package org.intraq.bench;

import java.util.Optional;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Instance;

/** Whether implementations compute the same: a fast wrong answer is no answer. */
final class Verification {
  private Verification() {}

  /**
   * Compares an implementation with the reference at the small size.
   *
   * @throws IllegalStateException naming case, implementation and difference
   */
  static void againstReference(Case problem, String name) {
    Case small = problem.small();
    float[] expected = runOnce(small, Implementation.REFERENCE, 1).orElseThrow();
    runOnce(small, name, 1).ifPresent(actual -> compare(small, name, expected, actual));
  }

  private static Optional<float[]> runOnce(Case problem, String name, int threads) {
    return Implementation.of(name)
        .make(problem, threads)
        .map(
            made -> {
              try (Instance instance = made) {
                instance.begin();
                instance.run();
                return instance.result();
              }
            });
  }

  /**
   * Compares two results.
   *
   * @throws IllegalStateException if they differ by more than the case's tolerance
   */
  static void compare(Case problem, String name, float[] expected, float[] actual) {
    if (expected.length != actual.length) {
      throw failure(problem, name, expected.length + " values", actual.length + " values");
    }
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    double difference = 0;
    int at = 0;
    int outside = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs((double) expected[i] - actual[i]);
      // NaN must not pass for a small difference.
      if (!(d <= difference)) {
        difference = d;
        at = i;
      }
      outside += d <= problem.tolerance() * largest ? 0 : 1;
    }
    if (!(largest > 0)) {
      throw failure(problem, name, "a result that is not all zeros", "zeros");
    }
    if (outside > problem.outliers() * expected.length || Double.isNaN(difference)) {
      throw failure(
          problem,
          name,
          "%g at %d within %g of the largest element %g"
              .formatted(expected[at], at, problem.tolerance(), largest),
          "%g, and %d of %d elements outside".formatted(actual[at], outside, expected.length));
    }
  }

  private static IllegalStateException failure(
      Case problem, String name, String expected, String got) {
    return new IllegalStateException(
        "bench: " + problem.id() + " by " + name + ": expected " + expected + ", got " + got);
  }
}
