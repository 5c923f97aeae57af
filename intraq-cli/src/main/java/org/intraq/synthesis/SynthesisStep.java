package org.intraq.synthesis;

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
  /**
   * From the terms in the order of the components, 0 for one that is off, and the logits [N,
   * classes].
   */
  static SynthesisStep of(float[] terms, float[] logits, int[] labels, int iteration, double rate) {
    return new SynthesisStep(
        iteration,
        rate,
        terms[0],
        terms[1],
        terms[2],
        terms[3],
        terms[4],
        terms[5],
        agreement(logits, labels));
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
