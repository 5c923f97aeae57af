package org.intraq.bench;

/**
 * How long to measure.
 *
 * @param warmUpMillis at least, before an implementation's first round
 * @param settledRuns in a row that are no faster than before end the warm-up
 * @param roundMillis one implementation's part of a round
 * @param rounds in each of which every implementation runs once
 * @param slowRounds rounds where a run takes long
 */
record Effort(int warmUpMillis, int settledRuns, int roundMillis, int rounds, int slowRounds) {
  /** For figures. */
  static final Effort FULL = new Effort(500, 4, 100, 7, 5);

  /** For a first impression. */
  static final Effort QUICK = new Effort(150, 2, 40, 3, 2);

  /** For a test that everything runs. */
  static final Effort ONCE = new Effort(0, 0, 1, 1, 1);
}
