package org.intraq.tensor.kernel.quantize;

import java.util.Objects;

/** The definition of {@link FakeQuantize}: {@link AffineQuantizer} element by element. */
public final class FakeQuantizeReference implements FakeQuantize {
  @Override
  public void quantize(
      AffineQuantizer quantizer, int n, float[] x, int xOffset, float[] y, int yOffset) {
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(yOffset, n, y.length);
    for (int i = 0; i < n; i++) {
      y[yOffset + i] = quantizer.value(x[xOffset + i]);
    }
  }

  @Override
  public void maskedGradient(
      AffineQuantizer quantizer,
      int n,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float[] dx,
      int dxOffset) {
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(dyOffset, n, dy.length);
    Objects.checkFromIndexSize(dxOffset, n, dx.length);
    for (int i = 0; i < n; i++) {
      dx[dxOffset + i] = quantizer.inside(x[xOffset + i]) ? dy[dyOffset + i] : 0f;
    }
  }

  @Override
  public void codes(
      AffineQuantizer quantizer, int n, float[] x, int xOffset, byte[] codes, int codesOffset) {
    AffineQuantizer.checkBits(quantizer.bits(), Byte.SIZE);
    Objects.checkFromIndexSize(xOffset, n, x.length);
    Objects.checkFromIndexSize(codesOffset, n, codes.length);
    for (int i = 0; i < n; i++) {
      codes[codesOffset + i] = (byte) quantizer.code(x[xOffset + i]);
    }
  }

  @Override
  public void quantizeChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      float[] y,
      int yOffset) {
    Objects.checkFromIndexSize(yOffset, size(rows, channels, w, wOffset), y.length);
    AffineQuantizer[] quantizers = quantizers(bits, channels, ranges, rangesOffset);
    for (int i = 0; i < rows * channels; i++) {
      y[yOffset + i] = quantizers[i % channels].value(w[wOffset + i]);
    }
  }

  @Override
  public void maskedGradientChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      float[] dy,
      int dyOffset,
      float[] dw,
      int dwOffset) {
    Objects.checkFromIndexSize(dyOffset, size(rows, channels, w, wOffset), dy.length);
    Objects.checkFromIndexSize(dwOffset, rows * channels, dw.length);
    AffineQuantizer[] quantizers = quantizers(bits, channels, ranges, rangesOffset);
    for (int i = 0; i < rows * channels; i++) {
      boolean inside = quantizers[i % channels].inside(w[wOffset + i]);
      dw[dwOffset + i] = inside ? dy[dyOffset + i] : 0f;
    }
  }

  @Override
  public void codesChannels(
      int bits,
      int rows,
      int channels,
      float[] ranges,
      int rangesOffset,
      float[] w,
      int wOffset,
      byte[] codes,
      int codesOffset) {
    AffineQuantizer.checkBits(bits, Byte.SIZE);
    Objects.checkFromIndexSize(codesOffset, size(rows, channels, w, wOffset), codes.length);
    AffineQuantizer[] quantizers = quantizers(bits, channels, ranges, rangesOffset);
    for (int i = 0; i < rows * channels; i++) {
      codes[codesOffset + i] = (byte) quantizers[i % channels].code(w[wOffset + i]);
    }
  }

  private static int size(int rows, int channels, float[] w, int wOffset) {
    int size = Math.multiplyExact(rows, channels);
    Objects.checkFromIndexSize(wOffset, size, w.length);
    return size;
  }

  private static AffineQuantizer[] quantizers(
      int bits, int channels, float[] ranges, int rangesOffset) {
    Objects.checkFromIndexSize(rangesOffset, 2 * channels, ranges.length);
    AffineQuantizer[] quantizers = new AffineQuantizer[channels];
    for (int c = 0; c < channels; c++) {
      quantizers[c] =
          AffineQuantizer.of(ranges[rangesOffset + c], ranges[rangesOffset + channels + c], bits);
    }
    return quantizers;
  }
}
