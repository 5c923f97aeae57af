package org.intraq.tensor.kernel.conv2d;

/**
 * How {@link FusedConv2d#backwardInput} makes the gradient dz of the convolution's output from the
 * gradient dy of the activation behind it, while it copies dy into the cache.
 *
 * <pre>
 * g         = dy where 0 &lt; y &lt; cap, else 0; dy without a rectifier
 * dz        = scale[c] * g + c0[c] + c1[c] * z
 * dResidual = g
 * </pre>
 *
 * c0 and c1 carry a loss on the batch moments of z: c1 = 2 dVariance / M, c0 = (dMean - 2 mean
 * dVariance) / M.
 *
 * @param y the activation's output [N, OH, OW, OC]; null where nothing was rectified, or where
 *     shift gives it
 * @param cap above 0; +infinity for plain ReLU
 * @param scale [OC]
 * @param shift [OC], where y = min(max(z * scale + shift, 0), cap) and need not be read: without a
 *     residual and with c0 and c1; else null
 * @param z the convolution's output; null if c0 and c1 are
 * @param c0 [OC] or null, together with c1
 * @param dResidual [N, OH, OW, OC], may be dy; null where it is not wanted
 */
public record ConvPrologue(
    float[] y,
    int yAt,
    float cap,
    float[] scale,
    int scaleAt,
    float[] shift,
    int shiftAt,
    float[] z,
    int zAt,
    float[] c0,
    int c0At,
    float[] c1,
    int c1At,
    float[] dResidual,
    int dResidualAt) {

  /** Checks that what belongs together came together. */
  public ConvPrologue {
    if (scale == null) {
      throw new IllegalArgumentException("conv2d prologue: expected a scale, got null");
    }
    if ((c0 == null) != (c1 == null) || c0 != null && z == null) {
      throw new IllegalArgumentException(
          "conv2d prologue: expected z, c0 and c1 all or none, got some of them");
    }
    if (shift != null && (y != null || c0 == null || dResidual != null)) {
      throw new IllegalArgumentException(
          "conv2d prologue: expected a shift with z, c0 and c1 and without y and dResidual, got another set");
    }
  }
}
