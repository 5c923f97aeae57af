package org.intraq.bench.harness;

import java.util.Locale;
import java.util.Optional;

/** Whether two implementations computed the same; an answer says how they differ. */
public final class Agreement {
  private Agreement() {}

  /**
   * Element by element.
   *
   * @param tolerance largest difference relative to the largest expected element
   * @param outliers largest share of elements that may differ by more
   */
  public static Optional<String> elementwise(
      float[] expected, float[] actual, double tolerance, double outliers) {
    double largest = 0;
    for (float value : expected) {
      largest = Math.max(largest, Math.abs(value));
    }
    if (expected.length != actual.length || !(largest > 0)) {
      return sizes(expected, actual);
    }
    double difference = 0;
    int at = 0;
    int outside = 0;
    for (int i = 0; i < expected.length; i++) {
      double d = Math.abs((double) expected[i] - actual[i]);
      // NaN must not pass for a small difference, and is not replaced by one.
      if (!Double.isNaN(difference) && !(d <= difference)) {
        difference = d;
        at = i;
      }
      outside += d <= tolerance * largest ? 0 : 1;
    }
    if (outside <= outliers * expected.length && !Double.isNaN(difference)) {
      return Optional.empty();
    }
    return Optional.of(
        String.format(
            Locale.ROOT,
            "expected %g at %d within %g of the largest element %g, got %g; %d of %d elements"
                + " outside",
            expected[at],
            at,
            tolerance,
            largest,
            actual[at],
            outside,
            expected.length));
  }

  /** By the Euclidean norm of the difference, relative to that of the expected values. */
  public static Optional<String> norm(float[] expected, float[] actual, double tolerance) {
    double relative = relativeDistance(expected, actual);
    if (expected.length != actual.length || Double.isNaN(relative)) {
      return sizes(expected, actual);
    }
    return relative <= tolerance
        ? Optional.empty()
        : Optional.of(
            String.format(
                Locale.ROOT,
                "expected a relative distance of the gradients up to %g, got %g",
                tolerance,
                relative));
  }

  /** |expected - actual| / |expected|; NaN if expected is all zeros. */
  public static double relativeDistance(float[] expected, float[] actual) {
    double squares = 0;
    double differences = 0;
    for (int i = 0; i < Math.min(expected.length, actual.length); i++) {
      double d = (double) expected[i] - actual[i];
      differences += d * d;
      squares += (double) expected[i] * expected[i];
    }
    return Math.sqrt(differences / squares);
  }

  private static Optional<String> sizes(float[] expected, float[] actual) {
    return Optional.of(
        "expected %d values that are not all zeros, got %d"
            .formatted(expected.length, actual.length));
  }
}
