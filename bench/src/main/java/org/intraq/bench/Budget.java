package org.intraq.bench;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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

  /**
   * The order for a limited run: one case of each group, then the others. A slow machine uses more
   * than its shares, what comes last gets no time then, and that should be no whole group.
   */
  static List<Case> oneOfEachGroupFirst(List<Case> cases) {
    Map<String, Case> first = new LinkedHashMap<>();
    cases.forEach(problem -> first.putIfAbsent(problem.group(), problem));
    Set<Case> ordered = new LinkedHashSet<>(first.values());
    ordered.addAll(cases);
    return List.copyOf(ordered);
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
