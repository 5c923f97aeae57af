package org.intraq.bench;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.bench.harness.Case;

/**
 * The times of one case.
 *
 * @param nanos median time of a run by implementation
 * @param notes how an implementation did it, where it had a choice
 * @param speedRatios how many times faster the first implementation is than each other one
 * @param settled whether no implementation's windows had a trend
 */
record Measured(
    Case problem,
    int threads,
    Map<String, Double> nanos,
    Map<String, Double> speedRatios,
    Map<String, String> notes,
    boolean settled) {
  private static final String BEST = "best";

  /** The later half of windows may be faster or slower than the earlier one by this factor. */
  private static final double DRIFT = 1.1;

  /** From the times of all rounds. */
  static Measured of(
      Case problem, int threads, Map<String, List<Double>> rounds, Map<String, String> notes) {
    Map<String, Double> nanos = new LinkedHashMap<>();
    Map<String, Double> ratios = new LinkedHashMap<>();
    double[] own = null;
    for (Map.Entry<String, List<Double>> entry : rounds.entrySet()) {
      double[] times = entry.getValue().stream().mapToDouble(Double::doubleValue).toArray();
      nanos.put(entry.getKey(), Comparison.median(times));
      if (own == null) {
        own = times;
      } else {
        double[] quotients = new double[times.length];
        for (int i = 0; i < times.length; i++) {
          quotients[i] = times[i] / own[i];
        }
        ratios.put(entry.getKey(), Comparison.median(quotients));
      }
    }
    boolean settled = rounds.values().stream().allMatch(Measured::settled);
    return new Measured(problem, threads, nanos, ratios, notes, settled);
  }

  /** Whether the times of windows have no trend: what is still warming up becomes faster. */
  static boolean settled(List<Double> windows) {
    int half = windows.size() / 2;
    if (half == 0) {
      return false; // one window shows no trend, and not that there is none
    }
    double[] times = windows.stream().mapToDouble(Double::doubleValue).toArray();
    double early = Comparison.median(Arrays.copyOf(times, half));
    double late = Comparison.median(Arrays.copyOfRange(times, times.length - half, times.length));
    return Math.max(early, late) <= DRIFT * Math.min(early, late);
  }

  /** The ratios, and by the name {@code best} the smallest where other libraries are several. */
  Map<String, Double> ratiosWithBest() {
    Map<String, Double> ratios = new LinkedHashMap<>(speedRatios);
    Map<String, Double> peers = new LinkedHashMap<>(speedRatios);
    peers.remove(Implementation.REFERENCE);
    peers.remove(Implementation.F32);
    if (peers.size() > 1) {
      ratios.put(BEST, peers.values().stream().min(Double::compare).orElseThrow());
    }
    return ratios;
  }

  /** GFLOP/s or GB/s of an implementation. */
  double rate(String implementation) {
    return problem.work().rate(nanos.get(implementation));
  }
}
