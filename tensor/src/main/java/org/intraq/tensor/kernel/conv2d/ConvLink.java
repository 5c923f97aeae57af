package org.intraq.tensor.kernel.conv2d;

/**
 * One convolution of {@link FusedConv2d#chain} with what follows it: y = min(max(conv(x, w) * scale
 * + shift, floor), cap).
 *
 * @param weights packed for {@link FusedConv2d#forward} of {@code shape}
 * @param floor as in {@link ConvEpilogue}
 */
public record ConvLink(
    Conv2dShape shape,
    PackedWeights weights,
    float[] scale,
    int scaleAt,
    float[] shift,
    int shiftAt,
    float floor,
    float cap) {

  /** The epilogue with y in place of z. */
  ConvEpilogue epilogue(float[] residual, int residualAt, float[] y, int yAt) {
    return new ConvEpilogue(
        scale, scaleAt, shift, shiftAt, residual, residualAt, floor, cap, y, yAt, null, 0, null, 0);
  }
}
