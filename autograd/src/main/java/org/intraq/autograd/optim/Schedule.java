package org.intraq.autograd.optim;

/** A learning rate as a function of the step, 0-based. */
@FunctionalInterface
public interface Schedule {
  /** The learning rate of step {@code step}. */
  double rate(int step);

  /** Always {@code rate}. */
  static Schedule constant(double rate) {
    return step -> rate;
  }

  /**
   * {@code rate} times {@code factor} to the number of milestones that are at or before the step.
   */
  static Schedule multiStep(double rate, double factor, int... milestones) {
    int[] sorted = milestones.clone();
    java.util.Arrays.sort(sorted);
    return step -> {
      double r = rate;
      for (int milestone : sorted) {
        r = step >= milestone ? r * factor : r;
      }
      return r;
    };
  }

  /**
   * Half a cosine from {@code rate} at step 0 to {@code floor} at step {@code steps} (Loshchilov
   * and Hutter 2017).
   */
  static Schedule cosine(double rate, double floor, int steps) {
    if (steps < 1) {
      throw new IllegalArgumentException("cosine schedule: expected at least 1 step, got " + steps);
    }
    return step ->
        floor + (rate - floor) * 0.5 * (1 + Math.cos(Math.PI * Math.min(step, steps) / steps));
  }

  /**
   * The same schedule after a linear rise over the first {@code steps} steps, which count as its
   * own.
   */
  default Schedule warmUp(int steps) {
    return step -> step < steps ? rate(step) * (step + 1) / (steps + 1) : rate(step);
  }
}
