package org.intraq.config;

import java.util.List;

/**
 * Distillation fine-tuning, section 4 of the method.
 *
 * @param epochs 0 leaves the calibrated network as it is
 * @param steps in an epoch
 * @param batch images in a step
 * @param optimizer which
 * @param rate learning rate, or the largest one that {@link #findRate} tries; a fraction of the
 *     weights' scale with {@code relative-adam}
 * @param findRate whether the rate is found from the loss before training
 * @param momentum of SGD (Nesterov)
 * @param weightDecay of all parameters with SGD; Adam has none
 * @param adam of Adam; its rate is not used
 * @param schedule of the rate
 * @param milestones epochs at whose start a step schedule multiplies the rate by {@code decay}
 * @param decay factor of a milestone
 * @param warmUp share of all steps with a rising rate
 * @param clipNorm largest global norm of the gradient as a multiple of its running mean; 0 for none
 * @param temperature T of the distillation
 * @param distillation factor of T^2 KL
 * @param crossEntropy factor of the cross-entropy with the labels
 * @param features factor of the squared error of the pooled features relative to their power
 * @param hints factor of the squared errors of all units' outputs, each relative to its power
 * @param augment random crop (area {@code cropArea} to 1) and flip of every image
 * @param cropArea smallest kept area
 * @param erase share of the images that boxes of one colour are put into, with {@code augment}
 * @param eraseBoxes most boxes of an image; their number is log-uniform
 * @param guard divergence: detection and undoing
 */
public record FineTuningConfig(
    int epochs,
    int steps,
    int batch,
    Kind optimizer,
    double rate,
    boolean findRate,
    double momentum,
    double weightDecay,
    AdamConfig adam,
    ScheduleKind schedule,
    List<Integer> milestones,
    double decay,
    double warmUp,
    double clipNorm,
    double temperature,
    double distillation,
    double crossEntropy,
    double features,
    double hints,
    boolean augment,
    double cropArea,
    double erase,
    int eraseBoxes,
    Guard guard) {
  /** Checks the values. */
  public FineTuningConfig {
    milestones = List.copyOf(milestones);
    Checks.atLeast("fine-tuning.epochs", epochs, 0);
    Checks.atLeast("fine-tuning.steps", steps, 1);
    Checks.atLeast("fine-tuning.batch", batch, 1);
    Checks.positive("fine-tuning.rate", rate);
    Checks.between("fine-tuning.momentum", momentum, 0, 0.999999);
    Checks.between("fine-tuning.weight-decay", weightDecay, 0, 1);
    Checks.open01("fine-tuning.decay", decay);
    Checks.between("fine-tuning.warm-up", warmUp, 0, 1);
    Checks.between("fine-tuning.clip-norm", clipNorm, 0, 1e9);
    Checks.positive("fine-tuning.temperature", temperature);
    Checks.between("fine-tuning.distillation", distillation, 0, 1e9);
    Checks.between("fine-tuning.cross-entropy", crossEntropy, 0, 1e9);
    Checks.between("fine-tuning.features", features, 0, 1e9);
    Checks.between("fine-tuning.hints", hints, 0, 1e9);
    Checks.between("fine-tuning.crop-area", cropArea, 1e-3, 1);
    Checks.between("fine-tuning.erase", erase, 0, 1);
    Checks.between("fine-tuning.erase-boxes", eraseBoxes, 1, 1000);
  }

  /** Steps altogether. */
  public int totalSteps() {
    return Math.multiplyExact(epochs, steps);
  }

  /** The optimiser. */
  public enum Kind {
    /** Stochastic gradient descent with Nesterov momentum. */
    SGD,
    /** Adam. */
    ADAM,
    /**
     * Adam with the rate relative to the scale of every output channel of the pre-trained weights.
     */
    RELATIVE_ADAM
  }

  /** The learning rate over the steps. */
  public enum ScheduleKind {
    /** Times {@code decay} at every milestone. */
    STEP,
    /** Half a cosine to zero. */
    COSINE
  }

  /**
   * Divergence.
   *
   * @param enabled whether a divergence is undone; it is detected and reported always
   * @param factor a loss of more than this times the running mean is a divergence; so is NaN
   * @param interval steps between snapshots
   * @param retreat factor on the rate after a divergence
   * @param attempts divergences undone before training stops with the last good state
   */
  public record Guard(boolean enabled, double factor, int interval, double retreat, int attempts) {
    /** Checks the values. */
    public Guard {
      Checks.between("fine-tuning.guard.factor", factor, 1, 1e9);
      Checks.atLeast("fine-tuning.guard.interval", interval, 1);
      Checks.open01("fine-tuning.guard.retreat", retreat);
      Checks.atLeast("fine-tuning.guard.attempts", attempts, 0);
    }
  }
}
