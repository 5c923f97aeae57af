package org.intraq.finetune;

import java.util.ArrayList;
import java.util.List;

/**
 * Finds a learning rate from the loss: from the largest rate down, a few steps from the same start
 * on the same images; the rate whose steps leave the smallest loss on whole images wins. The search
 * ends once the loss has risen twice in a row.
 *
 * <p>The start counts as rate zero: if every rate makes it worse, the smallest one tried is taken,
 * reduced once more. Source: after the range test of Smith, Cyclical Learning Rates for Training
 * Neural Networks, 2017, section 3.3, with restarts instead of one rising run.
 */
public final class RateFinder {
  private static final int LARGEST_PROBE = 12;
  private static final int SMALLEST_PROBE = 3;
  private static final int CANDIDATES = 9;
  private static final double STEP = Math.sqrt(10);

  /**
   * One rate that was tried.
   *
   * @param loss after the steps; NaN if the steps diverged
   */
  public record Trial(double rate, double loss) {}

  /**
   * The outcome.
   *
   * @param rate the one to use
   * @param before the loss before any step
   */
  public record Result(double rate, double before, List<Trial> trials) {}

  private RateFinder() {}

  /**
   * Searches below {@code largest} and sets the tuner's rate.
   *
   * @param steps of the training to come, which decides how long a probe may be
   */
  public static Result run(FineTuner tuner, double largest, int steps) {
    int length = Math.max(SMALLEST_PROBE, Math.min(LARGEST_PROBE, steps / 40));
    double before = held(tuner, length);
    List<Trial> trials = new ArrayList<>();
    Trial best = null;
    int rising = 0;
    double rate = largest;
    for (int k = 0; k < CANDIDATES && rising < 2; k++, rate /= STEP) {
      Trial trial = new Trial(rate, probe(tuner, rate, length));
      trials.add(trial);
      boolean better = trial.loss < before && (best == null || trial.loss < best.loss);
      rising = best != null && !better ? rising + 1 : 0;
      best = better ? trial : best;
    }
    double found = best == null ? rate : best.rate;
    tuner.setRate(found);
    return new Result(found, before, trials);
  }

  private static double probe(FineTuner tuner, double rate, int length) {
    double loss = 0;
    for (int s = 0; s < length && Double.isFinite(loss); s++) {
      // A short rise, as the training itself has.
      loss = tuner.probe(s, rate * Math.min(1.0, (s + 1) / (length / 2.0)));
    }
    double after = Double.isFinite(loss) ? held(tuner, length) : Double.NaN;
    tuner.afterProbe();
    return after;
  }

  /** The mean loss on two batches that no probe trains on, where there are so many. */
  private static double held(FineTuner tuner, int length) {
    return (tuner.lossOn(length, false) + tuner.lossOn(length + 1, false)) / 2;
  }
}
