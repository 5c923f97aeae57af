package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.quantize.ChannelParts;
import org.intraq.tensor.kernel.quantize.RectifiedQuantizeRows;

/**
 * Rows of g, made from dy when they are needed, and the sums of each.
 *
 * <p>Rows that two tasks read are made twice, with the same values; if g is dy itself, closing it
 * again changes nothing.
 */
final class GatedRows implements InputRows {
  private final Conv2dShape shape;
  private final float[] dy;
  private final int dyAt;
  private final ConvGate gate;
  private final ChannelParts sums;

  GatedRows(Conv2dShape shape, float[] dy, int dyAt, ConvGate gate) {
    this.shape = shape;
    this.dy = dy;
    this.dyAt = dyAt;
    this.gate = gate;
    sums = ChannelParts.of(shape.n() * shape.outH(), shape.oc());
  }

  @Override
  public float[] load(int n, int from, int to) {
    int width = shape.outW() * shape.oc();
    for (int row = n * shape.outH() + from; row < n * shape.outH() + to; row++) {
      int at = row * width;
      RectifiedQuantizeRows.backward(
          shape.outW(),
          shape.oc(),
          dy,
          dyAt + at,
          gate.open(),
          gate.openAt() + at / Integer.SIZE,
          gate.g(),
          gate.gAt() + at,
          sums.sums(),
          sums.at(row));
    }
    return gate.g();
  }

  @Override
  public int origin(int n, int from) {
    return gate.gAt();
  }

  /** Writes the sums of all rows together, each of which has been loaded. */
  void finish() {
    sums.combine(gate.sums(), gate.sumsAt());
  }
}
