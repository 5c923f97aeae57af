package org.intraq.bench;

/**
 * How long to measure.
 *
 * @param warmUpMillis so long no run may have been faster than the ones before
 * @param settledRuns so many runs in a row may not have been faster
 * @param roundMillis one implementation's part of a round
 * @param rounds in each of which every implementation runs once
 * @param slowRounds rounds where a run takes long
 */
record Effort(int warmUpMillis, int settledRuns, int roundMillis, int rounds, int slowRounds) {
  /** For figures. */
  static final Effort FULL = new Effort(300, 4, 100, 7, 5);

  /** For a first impression. */
  static final Effort QUICK = new Effort(200, 2, 40, 3, 2);

  /** For a test that everything runs. */
  static final Effort ONCE = new Effort(0, 0, 1, 1, 1);
}
