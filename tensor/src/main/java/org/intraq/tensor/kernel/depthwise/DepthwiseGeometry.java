package org.intraq.tensor.kernel.depthwise;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * A depthwise correlation from a source of inH x inW to a target of outH x outW; unlike {@link
 * Conv2dShape} it allows negative padding, so that the adjoint of stride 1 is one too.
 */
record DepthwiseGeometry(
    int n,
    int inH,
    int inW,
    int outH,
    int outW,
    int c,
    int kh,
    int kw,
    int strideH,
    int strideW,
    int padTop,
    int padLeft,
    int dilationH,
    int dilationW) {

  /** x to y. */
  static DepthwiseGeometry of(Conv2dShape s) {
    return new DepthwiseGeometry(
        s.n(),
        s.h(),
        s.w(),
        s.outH(),
        s.outW(),
        s.ic(),
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padTop(),
        s.padLeft(),
        s.dilationH(),
        s.dilationW());
  }

  /** dy to dx at stride 1: the correlation with the kernel turned by half a circle. */
  static DepthwiseGeometry adjoint(Conv2dShape s) {
    return new DepthwiseGeometry(
        s.n(),
        s.outH(),
        s.outW(),
        s.h(),
        s.w(),
        s.ic(),
        s.kh(),
        s.kw(),
        1,
        1,
        s.dilationH() * (s.kh() - 1) - s.padTop(),
        s.dilationW() * (s.kw() - 1) - s.padLeft(),
        s.dilationH(),
        s.dilationW());
  }

  /**
   * Whether rows can be walked along: 3x3 taps, one stride of 1 or 2, windows that hang over the
   * source by one sample at most.
   */
  boolean walks() {
    return walksInside()
        && (padTop == 0 || padTop == 1)
        && (padLeft == 0 || padLeft == 1)
        && (outH - 1) * strideH - padTop + 2 <= inH
        && (outW - 1) * strideW - padLeft + 2 <= inW;
  }

  /** The same but for what hangs over: a part of such a source may be walked along. */
  boolean walksInside() {
    return kh == 3
        && kw == 3
        && dilationH == 1
        && dilationW == 1
        && strideH == strideW
        && (strideH == 1 || strideH == 2)
        && c >= DepthwiseTile.LANES;
  }

  /** First row of the source that target rows from {@code p} on meet. */
  int firstRead(int p) {
    return Math.clamp(p * strideH - padTop, 0, inH);
  }

  /** One past the last row of the source that target rows before {@code p} meet. */
  int endRead(int p) {
    int end = (p - 1) * strideH - padTop + (kh - 1) * dilationH + 1;
    return Math.clamp(end, firstRead(p - 1), inH);
  }

  /** First output column at which tap {@code t} meets the source. */
  int firstColumn(int t) {
    return first(padLeft - t * dilationW, strideW, outW);
  }

  /** One past the last output column at which tap {@code t} meets the source. */
  int endColumn(int t) {
    return end(inW + padLeft - t * dilationW, strideW, outW);
  }

  /** First output column whose window of 3 hangs over the left border by one sample at most. */
  int firstTiled() {
    return first(padLeft - 1, strideW, outW);
  }

  /** One past the last output column whose window of 3 hangs over the right by one at most. */
  int endTiled() {
    return end(inW + padLeft - 1, strideW, outW);
  }

  /** First output row at which tap row {@code r} meets the source. */
  int firstRow(int r) {
    return first(padTop - r * dilationH, strideH, outH);
  }

  /** One past the last output row at which tap row {@code r} meets the source. */
  int endRow(int r) {
    return end(inH + padTop - r * dilationH, strideH, outH);
  }

  /** Smallest output with output * stride >= bound, within [0, outputs]. */
  private static int first(int bound, int stride, int outputs) {
    return Math.clamp(Math.ceilDiv(bound, stride), 0, outputs);
  }

  /** Number of outputs with output * stride < bound, within [0, outputs]. */
  private static int end(int bound, int stride, int outputs) {
    return Math.clamp(Math.ceilDiv(bound, stride), 0, outputs);
  }
}
