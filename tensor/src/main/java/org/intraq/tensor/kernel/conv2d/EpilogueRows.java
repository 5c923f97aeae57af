package org.intraq.tensor.kernel.conv2d;

import org.intraq.tensor.kernel.batchnorm.AffineRelu;
import org.intraq.tensor.kernel.batchnorm.AffineReluTile;
import org.intraq.tensor.kernel.gemm.TileDone;

/** A {@link ConvEpilogue} of one call, for blocks of z as they are written. */
final class EpilogueRows implements OutputRows {
  private final Conv2dShape shape;
  private final AffineRelu affine;
  private final ConvEpilogue e;
  private final float[] z;
  private final int zAt;
  private final MomentParts parts;
  private final QuantizedPixels quantized;
  private final TileDone tiles;

  /**
   * An epilogue.
   *
   * @param e null where there is nothing to do
   * @param parts null where nobody wants the moments
   * @param quantized null where y is not quantized, or only when all of z is there
   */
  EpilogueRows(
      Conv2dShape shape,
      AffineRelu affine,
      ConvEpilogue e,
      float[] z,
      int zAt,
      MomentParts parts,
      QuantizedPixels quantized) {
    this.shape = shape;
    this.affine = affine;
    this.e = e;
    this.z = z;
    this.zAt = zAt;
    this.parts = parts;
    this.quantized = quantized;
    // Nobody wants z as it was before scale, shift and rectifier.
    boolean inPlace =
        e != null && parts == null && e.quantized() == null && e.y() == z && e.yAt() == zAt;
    tiles = inPlace ? this::tile : null;
  }

  /** The epilogue of each tile of a matrix product; null where it does not go by tiles. */
  TileDone tiles() {
    return tiles;
  }

  /** The epilogue of chunks of pixels, where it does not go by tiles. */
  PointwiseConvolution.Done chunks() {
    return e == null || tiles != null ? PointwiseConvolution.Done.NOTHING : this::finish;
  }

  /** Moments are of all channels, and where y is not z it may be the residual, added once only. */
  @Override
  public boolean allChannels() {
    return e != null && tiles == null;
  }

  @Override
  public void done(int n, int first, int count, int channel, int channels) {
    int row = n * shape.outH() + first;
    int pixel = row * shape.outW();
    int pixels = count * shape.outW();
    if (channels == shape.oc()) {
      finish(row, pixel, pixels);
    } else if (tiles != null) {
      int at = zAt + pixel * shape.oc() + channel;
      tile(pixels, channel, channels, z, at, shape.oc());
    }
  }

  private void tile(int rows, int column, int columns, float[] c, int at, int ld) {
    AffineReluTile.forward(
        rows,
        columns,
        c,
        at,
        ld,
        e.scale(),
        e.scaleAt() + column,
        e.shift(),
        e.shiftAt() + column,
        e.residual(),
        e.residualAt() + at - zAt,
        e.floor(),
        e.cap());
  }

  /** {@code count} pixels from {@code pixel} on with all channels: part {@code number}. */
  private void finish(int number, int pixel, int count) {
    int c = shape.oc();
    int at = pixel * c;
    if (parts != null) {
      parts.add(number, count, z, zAt + at);
    }
    if (quantized != null) {
      quantized.run(pixel, count, z, zAt);
    } else if (e != null && e.scale() != null && e.quantized() == null) {
      affine.forward(
          count,
          c,
          z,
          zAt + at,
          e.scale(),
          e.scaleAt(),
          e.shift(),
          e.shiftAt(),
          e.residual(),
          e.residualAt() + (e.residual() == null ? 0 : at),
          e.floor(),
          e.cap(),
          e.y(),
          e.yAt() + at);
    }
  }
}
