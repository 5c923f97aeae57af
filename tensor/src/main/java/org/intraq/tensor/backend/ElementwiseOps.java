package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/** Element-wise arithmetic on F32 tensors of equal size; outputs may be inputs. */
public interface ElementwiseOps {
  /** y = alpha * a + beta * b; with beta = 0 b is not read and may be a. */
  void linear(float alpha, Tensor a, float beta, Tensor b, Tensor y);

  /** y = a * b. */
  void multiply(Tensor a, Tensor b, Tensor y);

  /** y = alpha * x + shift. */
  void scaleShift(float alpha, Tensor x, float shift, Tensor y);

  /** y = min(max(x, 0), cap): ReLU with cap = +infinity, ReLU6 with 6; NaN stays NaN. */
  void relu(Tensor x, float cap, Tensor y);

  /** dx = dy where 0 &lt; y &lt; cap, else 0, with y the output of {@link #relu}. */
  void reluBackward(Tensor y, float cap, Tensor dy, Tensor dx);

  /** y = min(max(a + b, 0), cap): a residual sum and its activation in one pass. */
  void addRelu(Tensor a, Tensor b, float cap, Tensor y);
}
