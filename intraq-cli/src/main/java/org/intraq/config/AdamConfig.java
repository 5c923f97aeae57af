package org.intraq.config;

/**
 * Adam.
 *
 * @param rate learning rate
 * @param beta1 decay of the mean
 * @param beta2 decay of the square
 * @param eps guard of the division
 */
public record AdamConfig(double rate, double beta1, double beta2, double eps) {
  /** Checks the values. */
  public AdamConfig {
    Checks.positive("adam.rate", rate);
    Checks.between("adam.beta1", beta1, 0, 0.999999);
    Checks.between("adam.beta2", beta2, 0, 0.999999);
    Checks.positive("adam.eps", eps);
  }
}
