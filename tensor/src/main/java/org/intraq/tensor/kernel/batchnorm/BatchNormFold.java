package org.intraq.tensor.kernel.batchnorm;

/**
 * BatchNorm in evaluation mode as an affine map of each channel, and the way back for gradients.
 *
 * <p>Plain loops in double, each result rounded once: a channel is one number here, so that there
 * is nothing to vectorise. Outputs may be inputs, element by element.
 *
 * <p>Source: Ioffe and Szegedy, "Batch Normalization", 2015, algorithm 2, step 11.
 */
public final class BatchNormFold {
  private BatchNormFold() {}

  /** scale = gamma / sqrt(variance + eps), shift = beta - mean * scale, for c channels. */
  public static void fold(
      int c,
      float[] gamma,
      int gammaAt,
      float[] beta,
      int betaAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt,
      float eps,
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt) {
    for (int j = 0; j < c; j++) {
      double factor = gamma[gammaAt + j] / Math.sqrt((double) variance[varianceAt + j] + eps);
      float moved = (float) (beta[betaAt + j] - mean[meanAt + j] * factor);
      scale[scaleAt + j] = (float) factor;
      shift[shiftAt + j] = moved;
    }
  }

  /** dGamma = (dScale - mean * dShift) / sqrt(variance + eps), dBeta = dShift. */
  public static void foldBackward(
      int c,
      float[] dScale,
      int dScaleAt,
      float[] dShift,
      int dShiftAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt,
      float eps,
      float[] dGamma,
      int dGammaAt,
      float[] dBeta,
      int dBetaAt) {
    for (int j = 0; j < c; j++) {
      float gradient = dShift[dShiftAt + j];
      double centered = dScale[dScaleAt + j] - (double) mean[meanAt + j] * gradient;
      dGamma[dGammaAt + j] =
          (float) (centered / Math.sqrt((double) variance[varianceAt + j] + eps));
      dBeta[dBetaAt + j] = gradient;
    }
  }
}
