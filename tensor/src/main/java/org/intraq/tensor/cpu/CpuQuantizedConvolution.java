package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionOps;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.QuantizedConvolutionOps;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.conv2d.ConvEpilogue;
import org.intraq.tensor.kernel.conv2d.ConvGate;
import org.intraq.tensor.kernel.conv2d.ConvWeightGradient;
import org.intraq.tensor.kernel.conv2d.FusedConv2d;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;
import org.intraq.tensor.kernel.quantize.RectifiedQuantize;
import org.intraq.tensor.parallel.Workers;

/** Convolution blocks with fake-quantized activations, on the CPU. */
final class CpuQuantizedConvolution implements QuantizedConvolutionOps {
  private static final String FORWARD = "quantizedConvolution.forward";
  private static final String BACKWARD = "quantizedConvolution.backwardInput";
  private static final String GATE = "quantizedConvolution.gate";

  private final FusedConv2d kernel;
  private final FusedConv2d direct;
  private final RectifiedQuantize gates;
  private final ConvolutionOps convolution;

  /**
   * Blocks on {@code workers}.
   *
   * @param convolution gives the weights' gradient where the way back does not
   */
  CpuQuantizedConvolution(Workers workers, ConvolutionOps convolution) {
    this.convolution = convolution;
    this.kernel = Kernels.fusedConv2d(workers);
    this.direct = Kernels.directFusedConv2d(workers);
    this.gates = Kernels.rectifiedQuantize(workers);
  }

  @Override
  public int words(int elements) {
    return RectifiedQuantize.words(elements);
  }

  @Override
  public void forward(
      Conv2dShape shape,
      Tensor x,
      ConvolutionWeights w,
      Tensor scale,
      Tensor shift,
      Tensor residual,
      float cap,
      Quantizer quantizer,
      Tensor open,
      Tensor y) {
    float[] xs = CpuConvolution.input(FORWARD, "x", shape, x);
    float[] ws = CpuConvolution.weights(FORWARD, "w", shape, w.tensor());
    float[] ys = CpuConvolution.output(FORWARD, "y", shape, y);
    CpuElementwise.cap(FORWARD, cap);
    Checks.apart(FORWARD, "y", y, "x", x);
    ChannelChecks.input(FORWARD, "scale", scale, shape.oc(), "y", y);
    ChannelChecks.input(FORWARD, "shift", shift, shape.oc(), "y", y);
    if (residual != null) {
      ChannelChecks.like(FORWARD, "y", y, "residual", residual);
      Checks.apart(FORWARD, "y, where z is not kept,", y, "residual", residual);
    }
    AffineQuantizer q =
        CpuQuantize.quantizer(
            FORWARD, quantizer.range(), quantizer.bits(), AffineQuantizer.MAX_BITS);
    int[] bits = open == null ? null : open(FORWARD, open, y);
    ConvEpilogue epilogue =
        ConvEpilogue.quantized(
            scale.floats(),
            scale.offset(),
            shift.floats(),
            shift.offset(),
            residual == null ? null : residual.floats(),
            residual == null ? 0 : residual.offset(),
            cap,
            ys,
            y.offset(),
            new RectifiedQuantize.Gate(
                q, quantizer.masked(), bits, open == null ? 0 : open.offset()));
    if (w instanceof FrozenWeights frozen) {
      kernel.forward(shape, xs, x.offset(), frozen.forward(), epilogue, ys, y.offset());
    } else {
      FusedConv2d suited = w.direct() ? direct : kernel;
      int wAt = w.tensor().offset();
      suited.forward(shape, xs, x.offset(), ws, wAt, epilogue, ys, y.offset());
    }
  }

  @Override
  public void backwardInput(
      Conv2dShape shape,
      Tensor dy,
      Tensor open,
      Tensor scaled,
      Tensor g,
      Tensor dShift,
      boolean add,
      Tensor dx,
      Tensor x,
      Tensor dw) {
    float[] dys = CpuConvolution.output(BACKWARD, "dy", shape, dy);
    float[] ws = CpuConvolution.weights(BACKWARD, "scaled", shape, scaled);
    float[] dxs = CpuConvolution.input(BACKWARD, "dx", shape, dx);
    Checks.apart(BACKWARD, "dx", dx, "dy", dy);
    ConvGate gate = gate(BACKWARD, dy, open, g, dShift);
    Checks.apart(BACKWARD, "dx", dx, "g", g);
    ConvWeightGradient weights = dw == null ? null : weights(shape, dy, g, dx, x, dw);
    ConvWeightGradient together = kernel.givesWeightGradient(shape) ? weights : null;
    kernel.gatedBackwardInput(
        shape, dys, dy.offset(), ws, scaled.offset(), gate, add, dxs, dx.offset(), together);
    if (weights != together) {
      convolution.backwardWeights(shape, x, g, 0f, dw);
    }
  }

  @Override
  public void gate(Tensor dy, Tensor open, Tensor g, Tensor dShift) {
    float[] dys = Checks.floats(GATE, "dy", dy);
    ConvGate to = gate(GATE, dy, open, g, dShift);
    int c = Checks.channels(GATE, "dy", dy);
    gates.backward(
        ChannelChecks.rows(dy, c),
        c,
        dys,
        dy.offset(),
        to.open(),
        to.openAt(),
        to.g(),
        to.gAt(),
        to.sums(),
        to.sumsAt());
  }

  private static ConvWeightGradient weights(
      Conv2dShape shape, Tensor dy, Tensor g, Tensor dx, Tensor x, Tensor dw) {
    float[] xs = CpuConvolution.input(BACKWARD, "x", shape, x);
    float[] dws = CpuConvolution.weights(BACKWARD, "dw", shape, dw);
    Checks.apart(BACKWARD, "dx", dx, "x", x);
    Checks.apart(BACKWARD, "g", g, "x", x);
    for (Tensor other : new Tensor[] {dy, g, dx, x}) {
      Checks.apart(BACKWARD, "dw", dw, "another argument", other);
    }
    return new ConvWeightGradient(xs, x.offset(), dws, dw.offset());
  }

  private static ConvGate gate(String operation, Tensor dy, Tensor open, Tensor g, Tensor dShift) {
    float[] gs = ChannelChecks.like(operation, "g", g, "dy", dy);
    int c = Checks.channels(operation, "dy", dy);
    float[] sums = ChannelChecks.output(operation, "dShift", dShift, c, "dy", dy, g);
    int[] bits = open(operation, open, dy);
    return new ConvGate(bits, open.offset(), gs, g.offset(), sums, dShift.offset());
  }

  private static int[] open(String operation, Tensor open, Tensor like) {
    int[] bits = Checks.ints(operation, "open", open);
    Checks.size(operation, "open", open, RectifiedQuantize.words(like.size()));
    return bits;
  }
}
