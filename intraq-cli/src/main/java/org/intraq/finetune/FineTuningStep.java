package org.intraq.finetune;

/**
 * What one step came to.
 *
 * @param step 0-based
 * @param rate the learning rate it used
 * @param loss before the update
 * @param gradientNorm global norm of the gradient, before clipping
 * @param agreement share of the images for which student and teacher name the same class
 * @param diverged whether the step was undone
 */
public record FineTuningStep(
    int step, double rate, double loss, double gradientNorm, double agreement, boolean diverged) {}
