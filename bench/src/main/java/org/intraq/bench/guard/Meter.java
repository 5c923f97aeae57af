package org.intraq.bench.guard;

/** Something that finds a kernel's share of the machine's peak. */
@FunctionalInterface
public interface Meter {
  /**
   * The best share of the peak that was seen.
   *
   * @param id the case
   * @param tier whose kernel runs it
   * @param enough share at which there is no need to look any longer
   */
  double share(String id, Tier tier, double enough);
}
