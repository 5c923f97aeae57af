package org.intraq.bench;

/**
 * How long to measure.
 *
 * @param warmUpMillis at least, before an implementation's first round
 * @param settledRuns in a row that are no faster than before end the warm-up
 * @param roundMillis one implementation's part of a round
 * @param rounds in each of which every implementation runs once
 */
record Effort(int warmUpMillis, int settledRuns, int roundMillis, int rounds) {
  /** For figures. */
  static final Effort FULL = new Effort(1000, 4, 200, 7);

  /** For a first impression. */
  static final Effort QUICK = new Effort(300, 2, 60, 3);
}
