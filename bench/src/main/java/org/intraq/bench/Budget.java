package org.intraq.bench;

import java.util.List;
import org.intraq.bench.harness.Case;
import org.intraq.bench.step.IntegerCase;
import org.intraq.bench.step.StepCase;

/**
 * Shares what is left of a run's time among the cases to come; whole steps get more than kernels.
 */
final class Budget {
  private static final int STEP_WEIGHT = 12;

  private final long deadline;
  private int weightToCome;

  private Budget(double seconds, int weight) {
    deadline = Double.isInfinite(seconds) ? Long.MAX_VALUE : System.nanoTime() + nanos(seconds);
    weightToCome = weight;
  }

  /**
   * So many seconds from now for all cases with all numbers of threads; infinity is as long as it
   * takes.
   */
  static Budget of(double seconds, List<Case> cases, int threadCounts) {
    return new Budget(seconds, threadCounts * cases.stream().mapToInt(Budget::weight).sum());
  }

  /** Takes the next case's share, in nanoseconds; 0 or less when time is up. */
  double next(Case problem) {
    if (deadline == Long.MAX_VALUE) {
      return Double.POSITIVE_INFINITY;
    }
    double share = (double) weight(problem) / Math.max(1, weightToCome);
    weightToCome -= weight(problem);
    return (deadline - System.nanoTime()) * share;
  }

  private static int weight(Case problem) {
    return problem instanceof StepCase || problem instanceof IntegerCase ? STEP_WEIGHT : 1;
  }

  private static long nanos(double seconds) {
    return (long) (seconds * 1e9);
  }
}
