package org.intraq.tensor.kernel.conv2d;

/**
 * The geometry of a two-dimensional convolution (cross-correlation, as in all frameworks).
 *
 * <p>Input x [N, H, W, IC], weights w [KH, KW, IC / groups, OC], output y [N, OH, OW, OC], all
 * dense, channels last:
 *
 * <pre>
 * y[n, p, q, o] = sum over r, s, c of
 *     x[n, p * strideH - padTop + r * dilationH, q * strideW - padLeft + s * dilationW, g * IC/groups + c] * w[r, s, c, o]
 * with g = o / (OC / groups); samples outside the input count as zero
 * OH = (H + padTop + padBottom - dilationH * (KH - 1) - 1) / strideH + 1
 * </pre>
 */
public record Conv2dShape(
    int n,
    int h,
    int w,
    int ic,
    int oc,
    int kh,
    int kw,
    int strideH,
    int strideW,
    int padTop,
    int padLeft,
    int padBottom,
    int padRight,
    int dilationH,
    int dilationW,
    int groups) {

  /**
   * Checks the geometry.
   *
   * @throws IllegalArgumentException if an extent is negative, a stride or dilation below 1, the
   *     groups do not divide the channels, the window is larger than the padded input, or a tensor
   *     would exceed 2^31 - 1 elements
   */
  public Conv2dShape {
    if (!(n >= 0 && h >= 0 && w >= 0)) {
      throw invalid("N, H, W >= 0", n + ", " + h + ", " + w);
    }
    if (!(ic > 0 && oc > 0 && kh > 0 && kw > 0)) {
      throw invalid("IC, OC, KH, KW > 0", ic + ", " + oc + ", " + kh + ", " + kw);
    }
    if (!(strideH > 0 && strideW > 0)) {
      throw invalid("strides > 0", strideH + ", " + strideW);
    }
    if (!(dilationH > 0 && dilationW > 0)) {
      throw invalid("dilations > 0", dilationH + ", " + dilationW);
    }
    if (!(padTop >= 0 && padLeft >= 0 && padBottom >= 0 && padRight >= 0)) {
      throw invalid("padding >= 0", padTop + ", " + padLeft + ", " + padBottom + ", " + padRight);
    }
    if (!(groups > 0 && ic % groups == 0 && oc % groups == 0)) {
      throw invalid("groups that divide IC and OC", "groups " + groups + " of " + ic + " -> " + oc);
    }
    long oh = extent(h, padTop, padBottom, dilationH, kh, strideH);
    long ow = extent(w, padLeft, padRight, dilationW, kw, strideW);
    if (!(oh >= 0 && ow >= 0)) {
      throw invalid(
          "a window no larger than the padded input", kh + "x" + kw + " on " + h + "x" + w);
    }
    if (!(product(n, h, w, ic) && product(n, oh, ow, oc))) {
      throw invalid("tensors below 2^31 elements", n + "x" + h + "x" + w);
    }
    if (!product(kh, kw, ic / groups, oc)) {
      throw invalid("weights below 2^31 elements", kh + "x" + kw + "x" + ic + "x" + oc);
    }
  }

  /** A square kernel with symmetric padding, no dilation and one group. */
  public static Conv2dShape of(
      int n, int h, int w, int ic, int oc, int kernel, int stride, int padding) {
    return new Conv2dShape(
        n, h, w, ic, oc, kernel, kernel, stride, stride, padding, padding, padding, padding, 1, 1,
        1);
  }

  /** A square depthwise kernel: as many groups as channels. */
  public static Conv2dShape depthwise(
      int n, int h, int w, int c, int kernel, int stride, int padding) {
    return new Conv2dShape(
        n, h, w, c, c, kernel, kernel, stride, stride, padding, padding, padding, padding, 1, 1, c);
  }

  /** The same geometry with another batch size. */
  public Conv2dShape withBatch(int batch) {
    return new Conv2dShape(
        batch, h, w, ic, oc, kh, kw, strideH, strideW, padTop, padLeft, padBottom, padRight,
        dilationH, dilationW, groups);
  }

  /** Output height. */
  public int outH() {
    return (int) extent(h, padTop, padBottom, dilationH, kh, strideH);
  }

  /** Output width. */
  public int outW() {
    return (int) extent(w, padLeft, padRight, dilationW, kw, strideW);
  }

  /** Input channels of one group. */
  public int icPerGroup() {
    return ic / groups;
  }

  /** Output channels of one group. */
  public int ocPerGroup() {
    return oc / groups;
  }

  /** Elements of x. */
  public int inputSize() {
    return n * h * w * ic;
  }

  /** Elements of w. */
  public int weightSize() {
    return kh * kw * icPerGroup() * oc;
  }

  /** Elements of y. */
  public int outputSize() {
    return n * outH() * outW() * oc;
  }

  /** Whether every channel is convolved with filters of its own, one for each. */
  public boolean isDepthwise() {
    return groups == ic && groups == oc && groups > 1;
  }

  /** Whether the convolution is a plain matrix product of [N*H*W, IC] and [IC, OC]. */
  public boolean isPointwise() {
    return kh == 1
        && kw == 1
        && strideH == 1
        && strideW == 1
        && groups == 1
        && padTop == 0
        && padLeft == 0
        && padBottom == 0
        && padRight == 0;
  }

  /** Multiply-adds of one pass, padding counted as if it were data. */
  public long multiplyAdds() {
    return (long) outputSize() * kh * kw * icPerGroup();
  }

  private static long extent(int in, int before, int after, int dilation, int kernel, int stride) {
    long room = (long) in + before + after - (long) dilation * (kernel - 1) - 1;
    return in == 0 ? 0 : room < 0 ? -1 : room / stride + 1;
  }

  private static boolean product(long a, long b, long c, long d) {
    return Math.multiplyHigh(a * b, c * d) == 0
        && a * b * c * d <= Integer.MAX_VALUE
        && a * b * c * d >= 0;
  }

  private static IllegalArgumentException invalid(String expected, String got) {
    return new IllegalArgumentException("conv2d: expected " + expected + ", got " + got);
  }
}
