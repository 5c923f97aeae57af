package org.intraq.autograd.optim;

/**
 * Multiplies the learning rate by a factor when a loss has not improved for a while.
 *
 * <p>A loss improves if it is below best * (1 - threshold). After more than {@code patience} steps
 * in a row without improvement the rate becomes max(rate * factor, floor) and the count starts
 * again; a change below 1e-8 is not made. This is PyTorch's {@code ReduceLROnPlateau} in mode min
 * with a relative threshold.
 */
public final class ReduceOnPlateau {
  private final double factor;
  private final int patience;
  private final double threshold;
  private final double floor;
  private State state;

  /** What must be saved to go on later. */
  public record State(double rate, double best, int badSteps) {}

  /** Starts at {@code rate}. */
  public ReduceOnPlateau(double rate, double factor, int patience, double threshold, double floor) {
    if (!(factor > 0 && factor < 1) || patience < 0 || !(rate > 0)) {
      throw new IllegalArgumentException(
          "plateau schedule: expected rate > 0, 0 < factor < 1, patience >= 0, got "
              + rate
              + ", "
              + factor
              + ", "
              + patience);
    }
    this.factor = factor;
    this.patience = patience;
    this.threshold = threshold;
    this.floor = floor;
    this.state = new State(rate, Double.POSITIVE_INFINITY, 0);
  }

  /** The learning rate to use now. */
  public double rate() {
    return state.rate;
  }

  /** Takes note of a loss and gives the rate for the next step; NaN counts as no improvement. */
  public double step(double loss) {
    boolean improved = loss < state.best * (1 - threshold);
    double best = improved ? loss : state.best;
    int bad = improved ? 0 : state.badSteps + 1;
    double rate = state.rate;
    if (bad > patience) {
      bad = 0;
      double reduced = Math.max(rate * factor, floor);
      rate = rate - reduced > 1e-8 ? reduced : rate;
    }
    state = new State(rate, best, bad);
    return rate;
  }

  /** The state to save. */
  public State state() {
    return state;
  }

  /** Goes on from a saved state. */
  public void restore(State saved) {
    state = saved;
  }
}
