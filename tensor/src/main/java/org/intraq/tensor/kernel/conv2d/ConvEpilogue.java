package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.quantize.RectifiedQuantize;

/**
 * What {@link FusedConv2d#forward} does with its output z while that is still in the cache.
 *
 * <pre>
 * y[i, c]     = min(max(z[i, c] * scale[c] + shift[c] + residual[i, c], floor), cap)
 * mean[c]     = sum over i of z[i, c] / M,  variance[c] = sum over i of (z[i, c] - mean[c])^2 / M
 * i runs over the M = N * OH * OW pixels; on demand y is fake-quantized, see {@link RectifiedQuantize}
 * </pre>
 *
 * @param scale null, together with y, where only the moments are wanted
 * @param residual [N, OH, OW, OC] or null
 * @param floor 0; or -infinity, together with a cap of +infinity, where nothing is rectified
 * @param cap above 0; +infinity for plain ReLU
 * @param y [N, OH, OW, OC]; may be z, which then is not kept, or residual
 * @param mean [OC], the moments of z before scale and shift; null, together with variance, where
 *     they are not wanted
 * @param quantized the quantizer of y, behind a rectifier with floor 0, and where it leaves its
 *     bits; null without one
 */
public record ConvEpilogue(
    float[] scale,
    int scaleAt,
    float[] shift,
    int shiftAt,
    float[] residual,
    int residualAt,
    float floor,
    float cap,
    float[] y,
    int yAt,
    float[] mean,
    int meanAt,
    float[] variance,
    int varianceAt,
    RectifiedQuantize.Gate quantized) {

  /** Checks that what belongs together came together. */
  public ConvEpilogue {
    if ((scale == null) != (shift == null) || (scale == null) != (y == null)) {
      throw new IllegalArgumentException(
          "conv2d epilogue: expected scale, shift and y all or none, got"
              + given("scale", scale)
              + given("shift", shift)
              + given("y", y));
    }
    if ((mean == null) != (variance == null)) {
      throw new IllegalArgumentException(
          "conv2d epilogue: expected mean and variance both or neither, got"
              + given("mean", mean)
              + given("variance", variance));
    }
    if (quantized != null && (y == null || floor != 0f)) {
      throw new IllegalArgumentException(
          "conv2d epilogue: expected a floor of 0 and y with a quantizer, got floor "
              + floor
              + given("y", y));
    }
  }

  /** Without a quantizer. */
  public ConvEpilogue(
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] residual,
      int residualAt,
      float floor,
      float cap,
      float[] y,
      int yAt,
      float[] mean,
      int meanAt,
      float[] variance,
      int varianceAt) {
    this(
        scale,
        scaleAt,
        shift,
        shiftAt,
        residual,
        residualAt,
        floor,
        cap,
        y,
        yAt,
        mean,
        meanAt,
        variance,
        varianceAt,
        null);
  }

  /** Scale, shift, residual, rectifier and quantizer. */
  public static ConvEpilogue quantized(
      float[] scale,
      int scaleAt,
      float[] shift,
      int shiftAt,
      float[] residual,
      int residualAt,
      float cap,
      float[] y,
      int yAt,
      RectifiedQuantize.Gate gate) {
    return new ConvEpilogue(
        scale,
        scaleAt,
        shift,
        shiftAt,
        residual,
        residualAt,
        0f,
        cap,
        y,
        yAt,
        null,
        0,
        null,
        0,
        gate);
  }

  /** Scale, shift and rectifier only. */
  public static ConvEpilogue affineRelu(
      float[] scale, int scaleAt, float[] shift, int shiftAt, float cap, float[] y, int yAt) {
    return new ConvEpilogue(
        scale, scaleAt, shift, shiftAt, null, 0, 0f, cap, y, yAt, null, 0, null, 0);
  }

  private static String given(String name, float[] array) {
    return " " + name + (array == null ? " absent" : " present");
  }
}
