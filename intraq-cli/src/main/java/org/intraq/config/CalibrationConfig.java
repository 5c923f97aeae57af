package org.intraq.config;

/**
 * Activation ranges, section 3 of the method.
 *
 * @param source the images that calibrate
 * @param average how ranges of batches are joined
 * @param momentum weight of the past in the moving average
 * @param range how the range comes from the activations of a batch
 * @param percentile share of the activations kept by {@link Range#PERCENTILE}
 * @param images how many synthetic images at most
 * @param batch images in a batch
 * @param correctStatistics whether BatchNorm statistics move with the quantization: mean by the
 *     difference, variance by the ratio of the statistics that the two networks have on the same
 *     images, as far as these meet the pre-trained ones
 * @param generator of {@link Source#GENERATOR}
 */
public record CalibrationConfig(
    Source source,
    Average average,
    double momentum,
    Range range,
    double percentile,
    int images,
    int batch,
    boolean correctStatistics,
    Generator generator) {
  /** Checks the values. */
  public CalibrationConfig {
    Checks.between("calibration.momentum", momentum, 0, 0.999999);
    Checks.between("calibration.percentile", percentile, 0.5, 1);
    Checks.atLeast("calibration.images", images, 1);
    Checks.atLeast("calibration.batch", batch, 1);
  }

  /** The images that calibrate. */
  public enum Source {
    /** The synthetic images. */
    SYNTHETIC,
    /** Those of a conditional generator trained for the purpose. */
    GENERATOR
  }

  /** How ranges of batches are joined. */
  public enum Average {
    /** r = momentum * r + (1 - momentum) * x, starting with the first x. */
    PLAIN,
    /** As the released program: a bias-corrected value stored back and corrected again. */
    RELEASED
  }

  /** How a range comes from the activations of a batch. */
  public enum Range {
    /** Minimum and maximum. */
    MINMAX,
    /** The lower end of the largest values is cut off. */
    PERCENTILE,
    /** The upper end makes the squared quantization error smallest. */
    MSE
  }

  /**
   * The conditional generator.
   *
   * @param epochs of training
   * @param steps in an epoch
   * @param batch images in a step
   * @param latent length of the noise vector
   * @param statisticsWeight factor of the BatchNorm statistics loss beside cross-entropy
   * @param adam the optimiser
   */
  public record Generator(
      int epochs, int steps, int batch, int latent, double statisticsWeight, AdamConfig adam) {
    /** Checks the values. */
    public Generator {
      Checks.atLeast("calibration.generator.epochs", epochs, 1);
      Checks.atLeast("calibration.generator.steps", steps, 1);
      Checks.atLeast("calibration.generator.batch", batch, 2);
      Checks.atLeast("calibration.generator.latent", latent, 1);
      Checks.between("calibration.generator.statistics-weight", statisticsWeight, 0, 1e9);
    }
  }
}
