package org.intraq.synthesis;

import org.intraq.autograd.Variable;
import org.intraq.tensor.backend.Backend;

/**
 * What one iteration came to.
 *
 * @param iteration 0-based
 * @param rate the learning rate it used
 * @param statisticsMean BatchNorm statistics loss, means
 * @param statisticsVariance BatchNorm statistics loss, variances
 * @param inception soft inception loss
 * @param marginalLower marginal distance, lower margin
 * @param marginalUpper marginal distance, upper margin
 * @param total the weighted sum
 * @param agreement share of the images that the teacher puts into their class
 */
public record SynthesisStep(
    int iteration,
    double rate,
    double statisticsMean,
    double statisticsVariance,
    double inception,
    double marginalLower,
    double marginalUpper,
    double total,
    double agreement) {
  static SynthesisStep of(
      Backend backend, SynthesisObjective.Loss loss, int[] labels, int iteration, double rate) {
    return new SynthesisStep(
        iteration,
        rate,
        item(backend, loss.statisticsMean()),
        item(backend, loss.statisticsVariance()),
        item(backend, loss.inception()),
        item(backend, loss.marginalLower()),
        item(backend, loss.marginalUpper()),
        item(backend, loss.total()),
        agreement(backend.memory().toArray(loss.result().logits().value()), labels));
  }

  private static double item(Backend backend, Variable term) {
    return term == null ? 0 : backend.memory().item(term.value());
  }

  /** The share of rows of logits [N, classes] whose largest entry is the label's. */
  public static double agreement(float[] logits, int[] labels) {
    int classes = logits.length / labels.length;
    int right = 0;
    for (int i = 0; i < labels.length; i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = logits[i * classes + c] > logits[i * classes + best] ? c : best;
      }
      right += best == labels[i] ? 1 : 0;
    }
    return (double) right / labels.length;
  }

  /** Whether the total is a number. */
  public boolean isFinite() {
    return Double.isFinite(total);
  }
}
