package org.intraq.tensor.kernel.pool;

/**
 * The geometry of a two-dimensional pooling: x [N, H, W, C] to y [N, OH, OW, C], channels last.
 *
 * <p>OH = (H + padTop + padBottom - kh) / strideH + 1, rounded down. Samples outside the input
 * never win a maximum.
 */
public record Pool2dShape(
    int n,
    int h,
    int w,
    int c,
    int kh,
    int kw,
    int strideH,
    int strideW,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight) {

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException if an extent is negative, a stride below 1, the padding as
   *     large as the kernel, or the window larger than the padded input
   */
  public Pool2dShape {
    boolean sizes =
        n >= 0 && h >= 0 && w >= 0 && c > 0 && kh > 0 && kw > 0 && strideH > 0 && strideW > 0;
    boolean padding =
        padTop >= 0
            && padLeft >= 0
            && padBottom >= 0
            && padRight >= 0
            && Math.max(padTop, padBottom) < kh
            && Math.max(padLeft, padRight) < kw;
    boolean window =
        (h == 0 || h + padTop + padBottom >= kh) && (w == 0 || w + padLeft + padRight >= kw);
    boolean fits = (double) n * h * w * c <= Integer.MAX_VALUE;
    if (!sizes || !padding || !window || !fits) {
      throw new IllegalArgumentException(
          "pool2d: expected extents >= 0, strides > 0, padding < kernel <= padded input and fewer than 2^31 elements, got "
              + "["
              + n
              + ", "
              + h
              + ", "
              + w
              + ", "
              + c
              + "], kernel "
              + kh
              + "x"
              + kw
              + ", stride "
              + strideH
              + "x"
              + strideW
              + ", padding "
              + padTop
              + ", "
              + padLeft
              + ", "
              + padBottom
              + ", "
              + padRight);
    }
  }

  /** A square window with symmetric padding. */
  public static Pool2dShape of(int n, int h, int w, int c, int kernel, int stride, int padding) {
    return new Pool2dShape(
        n, h, w, c, kernel, kernel, stride, stride, padding, padding, padding, padding);
  }

  /** Output height. */
  public int outH() {
    return h == 0 ? 0 : (h + padTop + padBottom - kh) / strideH + 1;
  }

  /** Output width. */
  public int outW() {
    return w == 0 ? 0 : (w + padLeft + padRight - kw) / strideW + 1;
  }
}
