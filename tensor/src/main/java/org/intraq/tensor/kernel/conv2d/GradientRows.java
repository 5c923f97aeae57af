package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.Scratch;

/**
 * The prologue's rows on demand. Rows that two tasks read are computed twice, and dResidual then
 * written twice with the same values; if it is dy itself, masking it again changes nothing.
 */
final class GradientRows implements InputRows {
  private final Conv2dShape shape;
  private final float[] dy;
  private final int dyAt;
  private final ProloguePixels prologue;

  GradientRows(Conv2dShape shape, float[] dy, int dyAt, ProloguePixels prologue) {
    this.shape = shape;
    this.dy = dy;
    this.dyAt = dyAt;
    this.prologue = prologue;
  }

  @Override
  public float[] load(int n, int from, int to) {
    int pixels = Math.max(0, to - from) * shape.outW();
    float[] dz = Scratch.floats(FusedConv2dSimd.SLOT_ROWS, pixels * shape.oc());
    int first = (n * shape.outH() + from) * shape.outW();
    prologue.run(first, pixels, dy, dyAt, dz, 0);
    return dz;
  }

  @Override
  public int origin(int n, int from) {
    return -(n * shape.outH() + from) * shape.outW() * shape.oc();
  }
}
