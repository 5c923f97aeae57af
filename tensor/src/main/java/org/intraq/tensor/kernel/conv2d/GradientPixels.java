package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.Scratch;

/** {@link GradientRows} for the chunks of a pointwise convolution, which no two tasks share. */
final class GradientPixels implements PointwiseConvolution.Source {
  private final int channels;
  private final float[] dy;
  private final int dyAt;
  private final ProloguePixels prologue;

  GradientPixels(int channels, float[] dy, int dyAt, ProloguePixels prologue) {
    this.channels = channels;
    this.dy = dy;
    this.dyAt = dyAt;
    this.prologue = prologue;
  }

  @Override
  public float[] load(int from, int count) {
    float[] dz = Scratch.floats(FusedConv2dSimd.SLOT_ROWS, count * channels);
    prologue.run(from, count, dy, dyAt, dz, 0);
    return dz;
  }

  @Override
  public int at(int from) {
    return 0;
  }
}
