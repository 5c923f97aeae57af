package org.intraq.tensor.kernel.lowbit;

import org.intraq.tensor.kernel.pool.Pool2dShape;

/** The definition of {@link CodeMaps}: plain loops. */
public final class CodeMapsReference implements CodeMaps {
  @Override
  public void quantize(
      CodeQuantizer quantizer, int n, float[] x, int xAt, byte[] codes, int codesAt) {
    for (int i = 0; i < n; i++) {
      codes[codesAt + i] = (byte) quantizer.code(x[xAt + i]);
    }
  }

  @Override
  public void values(int n, byte[] codes, int codesAt, int zero, float m, float[] y, int yAt) {
    for (int i = 0; i < n; i++) {
      y[yAt + i] = ((codes[codesAt + i] & 0xff) - zero) / m;
    }
  }

  @Override
  public void maxPool(Pool2dShape s, byte[] x, int xAt, byte[] y, int yAt) {
    for (int i = 0; i < s.n() * s.outH() * s.outW() * s.c(); i++) {
      int c = i % s.c();
      int q = i / s.c() % s.outW();
      int p = i / s.c() / s.outW() % s.outH();
      int n = i / s.c() / s.outW() / s.outH();
      int best = 0;
      for (int r = 0; r < s.kh(); r++) {
        for (int t = 0; t < s.kw(); t++) {
          int row = p * s.strideH() - s.padTop() + r;
          int column = q * s.strideW() - s.padLeft() + t;
          if (row >= 0 && row < s.h() && column >= 0 && column < s.w()) {
            best = Math.max(best, x[xAt + ((n * s.h() + row) * s.w() + column) * s.c() + c] & 0xff);
          }
        }
      }
      y[yAt + i] = (byte) best;
    }
  }

  @Override
  public void subsample(
      int n,
      int h,
      int w,
      int c,
      int stride,
      int before,
      int c2,
      int fill,
      byte[] x,
      int xAt,
      byte[] y,
      int yAt) {
    int oh = (h + stride - 1) / stride;
    int ow = (w + stride - 1) / stride;
    for (int i = 0; i < n * oh * ow * c2; i++) {
      int channel = i % c2 - before;
      int q = i / c2 % ow * stride;
      int p = i / c2 / ow % oh * stride;
      int image = i / c2 / ow / oh;
      boolean inside = channel >= 0 && channel < c;
      y[yAt + i] = inside ? x[xAt + ((image * h + p) * w + q) * c + channel] : (byte) fill;
    }
  }
}
