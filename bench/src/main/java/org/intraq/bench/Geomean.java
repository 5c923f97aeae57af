package org.intraq.bench;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A group's speed against a peer.
 *
 * @param group the group
 * @param peer the peer; {@code best} is each case's fastest where there are several
 * @param threads threads of both sides
 * @param speedRatio geometric mean of the speed ratios of the group's cases; above 1 this engine is
 *     faster
 * @param worst the smallest of them
 * @param worstShape where it is
 * @param cases how many
 * @param unsettled of these, how many had not settled ({@link Measured})
 */
record Geomean(
    String group,
    String peer,
    int threads,
    double speedRatio,
    double worst,
    String worstShape,
    int cases,
    int unsettled) {
  /** Of all groups, peers and thread counts, in the order of the measurements. */
  static List<Geomean> of(List<Measured> all) {
    Map<String, List<Measured>> byKey = new LinkedHashMap<>();
    for (Measured m : all) {
      for (String peer : m.ratiosWithBest().keySet()) {
        String key = m.problem().group() + "\n" + peer + "\n" + m.threads();
        byKey.computeIfAbsent(key, k -> new ArrayList<>()).add(m);
      }
    }
    List<Geomean> means = new ArrayList<>();
    byKey.forEach((key, cases) -> means.add(of(key.split("\n")[1], cases)));
    return means;
  }

  private static Geomean of(String peer, List<Measured> cases) {
    double logs = 0;
    Measured worst = cases.getFirst();
    for (Measured m : cases) {
      logs += Math.log(m.ratiosWithBest().get(peer));
      if (m.ratiosWithBest().get(peer) < worst.ratiosWithBest().get(peer)) {
        worst = m;
      }
    }
    return new Geomean(
        worst.problem().group(),
        peer,
        worst.threads(),
        Math.exp(logs / cases.size()),
        worst.ratiosWithBest().get(peer),
        worst.problem().shape(),
        cases.size(),
        (int) cases.stream().filter(m -> !m.settled()).count());
  }
}
