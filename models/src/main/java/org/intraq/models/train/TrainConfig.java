package org.intraq.models.train;

/**
 * What decides the outcome of a training run, together with network, data and preprocessing.
 *
 * @param epochs passes over the training images
 * @param batch images a step; the rest that does not fill a batch is left out of its epoch
 * @param learningRate at its height
 * @param warmUpEpochs linear rise to it; may be a fraction
 * @param momentum Nesterov's
 * @param weightDecay on all parameters
 * @param labelSmoothing share of the target spread over all classes
 * @param cropPadding zeros around an image before a window of the old size is cut out
 * @param flip mirror every other image
 * @param seed of initial weights, order and augmentation
 */
public record TrainConfig(
    int epochs,
    int batch,
    double learningRate,
    double warmUpEpochs,
    double momentum,
    double weightDecay,
    double labelSmoothing,
    int cropPadding,
    boolean flip,
    long seed) {
  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException naming the one that is out of range
   */
  public TrainConfig {
    check(epochs >= 1, "epochs of at least 1", epochs);
    check(batch >= 2, "a batch of at least 2", batch);
    check(learningRate > 0, "a learning rate above 0", learningRate);
    check(warmUpEpochs >= 0 && warmUpEpochs < epochs, "a warm-up below the epochs", warmUpEpochs);
    check(momentum >= 0 && momentum < 1, "a momentum of 0 to 1", momentum);
    check(weightDecay >= 0 && weightDecay < 1, "a weight decay of 0 to 1", weightDecay);
    check(labelSmoothing >= 0 && labelSmoothing < 1, "a label smoothing of 0 to 1", labelSmoothing);
    check(cropPadding >= 0 && cropPadding <= 1024, "a crop padding of 0 to 1024", cropPadding);
  }

  private static void check(boolean ok, String expected, double got) {
    if (!ok) {
      throw new IllegalArgumentException("training: expected " + expected + ", got " + got);
    }
  }
}
