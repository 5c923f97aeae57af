package org.intraq.tensor.kernel.conv2d;

/**
 * A dense correlation: what a forward convolution is, and each stride phase of its adjoint in the
 * input.
 *
 * <pre>
 * out[n, row(i), col(j), g, o] = sum over taps k, l and channels c of
 *     in[n, i*strideH + originH + k*stepH, j*strideW + originW + l*stepW, g, c] * weight(g, k, l, c, o)
 * </pre>
 *
 * @param images N
 * @param groups groups, each with {@code inChannels} and {@code outChannels}
 * @param inPixel floats from one input pixel to the next: groups * inChannels
 * @param outPixel floats from one output pixel to the next
 * @param outH output rows of the whole tensor
 * @param outW output columns of the whole tensor
 * @param adjoint whether the weights are read transposed: weight(c, o) = w[.., o, c]
 */
record CorrelationPass(
    int images,
    int groups,
    int inChannels,
    int outChannels,
    int inPixel,
    int outPixel,
    int outH,
    int outW,
    AxisPass rows,
    AxisPass columns,
    boolean adjoint) {

  /** The pass of a forward convolution. */
  static CorrelationPass forward(Conv2dShape s) {
    return new CorrelationPass(
        s.n(),
        s.groups(),
        s.icPerGroup(),
        s.ocPerGroup(),
        s.ic(),
        s.oc(),
        s.outH(),
        s.outW(),
        AxisPass.forward(s.h(), s.outH(), s.kh(), s.strideH(), s.padTop(), s.dilationH()),
        AxisPass.forward(s.w(), s.outW(), s.kw(), s.strideW(), s.padLeft(), s.dilationW()),
        false);
  }

  /** The pass that computes the input gradients of one stride phase. */
  static CorrelationPass adjoint(Conv2dShape s, int phaseH, int phaseW) {
    return new CorrelationPass(
        s.n(),
        s.groups(),
        s.ocPerGroup(),
        s.icPerGroup(),
        s.oc(),
        s.ic(),
        s.h(),
        s.w(),
        AxisPass.adjoint(s.h(), s.outH(), s.kh(), s.strideH(), s.padTop(), s.dilationH(), phaseH),
        AxisPass.adjoint(s.w(), s.outW(), s.kw(), s.strideW(), s.padLeft(), s.dilationW(), phaseW),
        true);
  }

  /** Taps of the window that take part. */
  int taps() {
    return rows.taps() * columns.taps();
  }

  /** Terms of one sum. */
  int depth() {
    return taps() * inChannels;
  }

  /** First element of output (n, grid row i, grid column j), group g. */
  int outAt(int n, int i, int j, int g) {
    int row = rows.outStart() + i * rows.outStep();
    int column = columns.outStart() + j * columns.outStep();
    return ((n * outH + row) * outW + column) * outPixel + g * outChannels;
  }
}
