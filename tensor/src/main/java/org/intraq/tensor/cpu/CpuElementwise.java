package org.intraq.tensor.cpu;

import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ElementwiseOps;
import org.intraq.tensor.kernel.elementwise.Elementwise;
import org.intraq.tensor.parallel.Workers;

/** Element-wise operations on the CPU. */
final class CpuElementwise implements ElementwiseOps {
  private static final String LINEAR = "linear";
  private static final String MULTIPLY = "multiply";
  private static final String SCALE_SHIFT = "scaleShift";
  private static final String RELU = "relu";
  private static final String RELU_BACKWARD = "reluBackward";
  private static final String ADD_RELU = "addRelu";

  private final Elementwise kernel;

  CpuElementwise(Workers workers) {
    this.kernel = Kernels.elementwise(workers);
  }

  @Override
  public void linear(float alpha, Tensor a, float beta, Tensor b, Tensor y) {
    float[] as = input(LINEAR, "a", a, y);
    float[] bs = input(LINEAR, "b", b, y);
    float[] ys = Checks.floats(LINEAR, "y", y);
    kernel.linear(y.size(), alpha, as, a.offset(), beta, bs, b.offset(), ys, y.offset());
  }

  @Override
  public void multiply(Tensor a, Tensor b, Tensor y) {
    float[] as = input(MULTIPLY, "a", a, y);
    float[] bs = input(MULTIPLY, "b", b, y);
    float[] ys = Checks.floats(MULTIPLY, "y", y);
    kernel.multiply(y.size(), as, a.offset(), bs, b.offset(), ys, y.offset());
  }

  @Override
  public void scaleShift(float alpha, Tensor x, float shift, Tensor y) {
    float[] xs = input(SCALE_SHIFT, "x", x, y);
    float[] ys = Checks.floats(SCALE_SHIFT, "y", y);
    kernel.scaleShift(y.size(), alpha, xs, x.offset(), shift, ys, y.offset());
  }

  @Override
  public void relu(Tensor x, float cap, Tensor y) {
    cap(RELU, cap);
    float[] xs = input(RELU, "x", x, y);
    float[] ys = Checks.floats(RELU, "y", y);
    kernel.relu(y.size(), xs, x.offset(), cap, ys, y.offset());
  }

  @Override
  public void reluBackward(Tensor y, float cap, Tensor dy, Tensor dx) {
    cap(RELU_BACKWARD, cap);
    float[] ys = input(RELU_BACKWARD, "y", y, dx);
    float[] dys = input(RELU_BACKWARD, "dy", dy, dx);
    float[] dxs = Checks.floats(RELU_BACKWARD, "dx", dx);
    kernel.reluBackward(dx.size(), ys, y.offset(), cap, dys, dy.offset(), dxs, dx.offset());
  }

  @Override
  public void addRelu(Tensor a, Tensor b, float cap, Tensor y) {
    cap(ADD_RELU, cap);
    float[] as = input(ADD_RELU, "a", a, y);
    float[] bs = input(ADD_RELU, "b", b, y);
    float[] ys = Checks.floats(ADD_RELU, "y", y);
    kernel.addRelu(y.size(), as, a.offset(), bs, b.offset(), cap, ys, y.offset());
  }

  /** Throws unless the bound of a rectifier is positive. */
  static void cap(String operation, float cap) {
    if (!(cap > 0)) {
      throw Checks.failure(operation, "cap > 0", cap);
    }
  }

  private static float[] input(String operation, String name, Tensor input, Tensor output) {
    float[] values = Checks.floats(operation, name, input);
    Checks.usable(operation, "output", DType.F32, output);
    Checks.size(operation, name, input, output.size());
    Checks.sameOrApart(operation, "output", output, name, input);
    return values;
  }
}
