package org.intraq.cuda;

import org.intraq.cuda.kernel.conv2d.Conv2dCuda;
import org.intraq.cuda.kernel.depthwise.DepthwiseCuda;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ConvolutionOps;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Convolutions on a GPU; depthwise shapes take their own kernels. */
final class CudaConvolution implements ConvolutionOps {
  private static final String FORWARD = "conv2d.forward";
  private static final String BACKWARD_INPUT = "conv2d.backwardInput";
  private static final String BACKWARD_WEIGHTS = "conv2d.backwardWeights";
  private static final String ADD_BIAS = "addBias";

  private final Checks checks;
  private final Conv2dCuda kernel;
  private final DepthwiseCuda depthwise;

  CudaConvolution(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new Conv2dCuda(context.gpu(), context.math());
    this.depthwise = new DepthwiseCuda(context.gpu());
  }

  @Override
  public void forward(Conv2dShape shape, Tensor x, Tensor w, Tensor y) {
    long xs = input(FORWARD, "x", shape, x);
    long ws = weights(FORWARD, "w", shape, w);
    long ys = output(FORWARD, "y", shape, y);
    Checks.apart(FORWARD, "y", y, "x", x);
    Checks.apart(FORWARD, "y", y, "w", w);
    if (shape.isDepthwise()) {
      depthwise.forward(shape, xs, ws, ys);
    } else {
      kernel.forward(shape, xs, ws, ys);
    }
  }

  @Override
  public void backwardInput(Conv2dShape shape, Tensor dy, Tensor w, Tensor dx) {
    long dys = output(BACKWARD_INPUT, "dy", shape, dy);
    long ws = weights(BACKWARD_INPUT, "w", shape, w);
    long dxs = input(BACKWARD_INPUT, "dx", shape, dx);
    Checks.apart(BACKWARD_INPUT, "dx", dx, "dy", dy);
    Checks.apart(BACKWARD_INPUT, "dx", dx, "w", w);
    if (shape.isDepthwise()) {
      depthwise.backwardInput(shape, dys, ws, dxs);
    } else {
      kernel.backwardInput(shape, dys, ws, dxs);
    }
  }

  @Override
  public void backwardWeights(Conv2dShape shape, Tensor x, Tensor dy, float beta, Tensor dw) {
    long xs = input(BACKWARD_WEIGHTS, "x", shape, x);
    long dys = output(BACKWARD_WEIGHTS, "dy", shape, dy);
    long dws = weights(BACKWARD_WEIGHTS, "dw", shape, dw);
    Checks.apart(BACKWARD_WEIGHTS, "dw", dw, "x", x);
    Checks.apart(BACKWARD_WEIGHTS, "dw", dw, "dy", dy);
    if (shape.isDepthwise()) {
      depthwise.backwardWeights(shape, xs, dys, beta, dws);
    } else {
      kernel.backwardWeights(shape, xs, dys, beta, dws);
    }
  }

  @Override
  public void addBias(Tensor x, Tensor bias, Tensor y) {
    long xs = checks.floats(ADD_BIAS, "x", x);
    long biases = checks.floats(ADD_BIAS, "bias", bias);
    long ys = checks.floats(ADD_BIAS, "y", y);
    Checks.shape(ADD_BIAS, "bias", bias, Checks.channels(ADD_BIAS, "x", x));
    Checks.sameShape(ADD_BIAS, "y", y, "x", x);
    Checks.sameOrApart(ADD_BIAS, "y", y, "x", x);
    Checks.apart(ADD_BIAS, "y", y, "bias", bias);
    kernel.addBias(x.size(), bias.size(), xs, biases, ys);
  }

  private long input(String operation, String name, Conv2dShape shape, Tensor tensor) {
    long address = checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.h(), shape.w(), shape.ic());
    return address;
  }

  private long weights(String operation, String name, Conv2dShape shape, Tensor tensor) {
    long address = checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.kh(), shape.kw(), shape.icPerGroup(), shape.oc());
    return address;
  }

  private long output(String operation, String name, Conv2dShape shape, Tensor tensor) {
    long address = checks.floats(operation, name, tensor);
    Checks.shape(operation, name, tensor, shape.n(), shape.outH(), shape.outW(), shape.oc());
    return address;
  }
}
