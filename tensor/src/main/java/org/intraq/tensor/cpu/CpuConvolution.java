package org.intraq.tensor.cpu;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionOps;
import org.intraq.tensor.kernel.conv2d.ChannelBias;
import org.intraq.tensor.kernel.conv2d.Conv2d;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.depthwise.DepthwiseConv2d;
import org.intraq.tensor.parallel.Workers;

/** Convolutions on the CPU; depthwise shapes take their own kernels. */
final class CpuConvolution implements ConvolutionOps {
  private static final String FORWARD = "conv2d.forward";
  private static final String BACKWARD_INPUT = "conv2d.backwardInput";
  private static final String BACKWARD_WEIGHTS = "conv2d.backwardWeights";
  private static final String ADD_BIAS = "addBias";

  private final Workers workers;
  private final Conv2d kernel;
  private final DepthwiseConv2d depthwise;

  CpuConvolution(Workers workers) {
    this.workers = workers;
    this.kernel = Kernels.conv2d(workers);
    this.depthwise = Kernels.depthwiseConv2d(workers);
  }

  @Override
  public void forward(Conv2dShape shape, Tensor x, Tensor w, Tensor y) {
    float[] xs = input(FORWARD, "x", shape, x);
    float[] ws = weights(FORWARD, "w", shape, w);
    float[] ys = output(FORWARD, "y", shape, y);
    Checks.apart(FORWARD, "y", y, "x", x);
    Checks.apart(FORWARD, "y", y, "w", w);
    if (shape.isDepthwise()) {
      depthwise.forward(shape, xs, x.offset(), ws, w.offset(), ys, y.offset());
    } else {
      kernel.forward(shape, xs, x.offset(), ws, w.offset(), ys, y.offset());
    }
  }

  @Override
  public void backwardInput(Conv2dShape shape, Tensor dy, Tensor w, Tensor dx) {
    float[] dys = output(BACKWARD_INPUT, "dy", shape, dy);
    float[] ws = weights(BACKWARD_INPUT, "w", shape, w);
    float[] dxs = input(BACKWARD_INPUT, "dx", shape, dx);
    Checks.apart(BACKWARD_INPUT, "dx", dx, "dy", dy);
    Checks.apart(BACKWARD_INPUT, "dx", dx, "w", w);
    if (shape.isDepthwise()) {
      depthwise.backwardInput(shape, dys, dy.offset(), ws, w.offset(), dxs, dx.offset());
    } else {
      kernel.backwardInput(shape, dys, dy.offset(), ws, w.offset(), dxs, dx.offset());
    }
  }

  @Override
  public void backwardWeights(Conv2dShape shape, Tensor x, Tensor dy, float beta, Tensor dw) {
    float[] xs = input(BACKWARD_WEIGHTS, "x", shape, x);
    float[] dys = output(BACKWARD_WEIGHTS, "dy", shape, dy);
    float[] dws = weights(BACKWARD_WEIGHTS, "dw", shape, dw);
    Checks.apart(BACKWARD_WEIGHTS, "dw", dw, "x", x);
    Checks.apart(BACKWARD_WEIGHTS, "dw", dw, "dy", dy);
    if (shape.isDepthwise()) {
      depthwise.backwardWeights(shape, xs, x.offset(), dys, dy.offset(), beta, dws, dw.offset());
    } else {
      kernel.backwardWeights(shape, xs, x.offset(), dys, dy.offset(), beta, dws, dw.offset());
    }
  }

  @Override
  public void addBias(Tensor x, Tensor bias, Tensor y) {
    float[] xs = Checks.floats(ADD_BIAS, "x", x);
    float[] biases = Checks.floats(ADD_BIAS, "bias", bias);
    float[] ys = Checks.floats(ADD_BIAS, "y", y);
    Checks.shape(ADD_BIAS, "bias", bias, Checks.channels(ADD_BIAS, "x", x));
    Checks.sameShape(ADD_BIAS, "y", y, "x", x);
    Checks.sameOrApart(ADD_BIAS, "y", y, "x", x);
    Checks.apart(ADD_BIAS, "y", y, "bias", bias);
    int channels = bias.size();
    ChannelBias.add(
        workers,
        channels == 0 ? 0 : x.size() / channels,
        channels,
        xs,
        x.offset(),
        biases,
        bias.offset(),
        ys,
        y.offset());
  }

  static float[] input(String operation, String name, Conv2dShape shape, Tensor tensor) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.h(), shape.w(), shape.ic());
    return values;
  }

  static float[] weights(String operation, String name, Conv2dShape shape, Tensor tensor) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.kh(), shape.kw(), shape.icPerGroup(), shape.oc());
    return values;
  }

  static float[] output(String operation, String name, Conv2dShape shape, Tensor tensor) {
    float[] values = Checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.outH(), shape.outW(), shape.oc());
    return values;
  }
}
