package org.intraq.cuda;

import org.intraq.cuda.kernel.elementwise.ElementwiseCuda;
import org.intraq.tensor.DType;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.ElementwiseOps;

/** Element-wise operations on a GPU. */
final class CudaElementwise implements ElementwiseOps {
  private static final String LINEAR = "linear";
  private static final String MULTIPLY = "multiply";
  private static final String SCALE_SHIFT = "scaleShift";
  private static final String RELU = "relu";
  private static final String RELU_BACKWARD = "reluBackward";
  private static final String ADD_RELU = "addRelu";

  private final Checks checks;
  private final ElementwiseCuda kernel;

  CudaElementwise(CudaContext context) {
    this.checks = context.checks();
    this.kernel = new ElementwiseCuda(context.gpu());
  }

  @Override
  public void linear(float alpha, Tensor a, float beta, Tensor b, Tensor y) {
    long as = input(LINEAR, "a", a, y);
    long bs = input(LINEAR, "b", b, y);
    kernel.linear(y.size(), alpha, as, beta, bs, checks.floats(LINEAR, "y", y));
  }

  @Override
  public void multiply(Tensor a, Tensor b, Tensor y) {
    long as = input(MULTIPLY, "a", a, y);
    long bs = input(MULTIPLY, "b", b, y);
    kernel.multiply(y.size(), as, bs, checks.floats(MULTIPLY, "y", y));
  }

  @Override
  public void scaleShift(float alpha, Tensor x, float shift, Tensor y) {
    long xs = input(SCALE_SHIFT, "x", x, y);
    kernel.scaleShift(y.size(), alpha, xs, shift, checks.floats(SCALE_SHIFT, "y", y));
  }

  @Override
  public void relu(Tensor x, float cap, Tensor y) {
    cap(RELU, cap);
    long xs = input(RELU, "x", x, y);
    kernel.relu(y.size(), xs, cap, checks.floats(RELU, "y", y));
  }

  @Override
  public void reluBackward(Tensor y, float cap, Tensor dy, Tensor dx) {
    cap(RELU_BACKWARD, cap);
    long ys = input(RELU_BACKWARD, "y", y, dx);
    long dys = input(RELU_BACKWARD, "dy", dy, dx);
    kernel.reluBackward(dx.size(), ys, cap, dys, checks.floats(RELU_BACKWARD, "dx", dx));
  }

  @Override
  public void addRelu(Tensor a, Tensor b, float cap, Tensor y) {
    cap(ADD_RELU, cap);
    long as = input(ADD_RELU, "a", a, y);
    long bs = input(ADD_RELU, "b", b, y);
    kernel.addRelu(y.size(), as, bs, cap, checks.floats(ADD_RELU, "y", y));
  }

  /** Throws unless the bound of a rectifier is positive. */
  static void cap(String operation, float cap) {
    if (!(cap > 0)) {
      throw Checks.failure(operation, "cap > 0", cap);
    }
  }

  private long input(String operation, String name, Tensor input, Tensor output) {
    long address = checks.floats(operation, name, input);
    checks.usable(operation, "output", DType.F32, output);
    Checks.size(operation, name, input, output.size());
    Checks.sameOrApart(operation, "output", output, name, input);
    return address;
  }
}
