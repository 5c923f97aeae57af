package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * A convolution block of a network in training whose activations are fake-quantized, in one pass
 * each way: convolution, affine map of each channel (folded BatchNorm), residual sum, rectifier and
 * quantizer.
 *
 * <pre>
 * a = min(max(z * scale + shift + residual, 0), cap),   z = x convolved with w
 * y = fake-quantized a;   open = one bit an element: 0 &lt; a &lt; cap, and not clamped where the gradient is masked
 *
 * g = dy where open, else 0;   dShift = sums of g;   dx = the adjoint of the convolution with w * scale applied to g
 * </pre>
 *
 * <p>So neither z nor a is kept. What else goes back follows from g and small tensors: with dw' the
 * weights' gradient of x and g, dw = dw' * scale and dScale = sum of w * dw' over all but the
 * output channels, as sum of g * z = sum of g * (x w); and g is the gradient of the residual.
 */
public interface QuantizedConvolutionOps {
  /**
   * The quantizer behind a rectifier.
   *
   * @param range [2] = {lo, hi}
   * @param masked whether the gradient of clamped values is zero
   */
  record Quantizer(Tensor range, int bits, boolean masked) {}

  /** 32-bit words of {@code open} for so many elements. */
  int words(int elements);

  /**
   * y and open.
   *
   * @param residual may be null
   * @param cap above 0; +infinity for plain ReLU
   * @param open S32 [words(size of y)]; null where nobody goes back
   */
  void forward(
      Conv2dShape shape,
      Tensor x,
      ConvolutionWeights w,
      Tensor scale,
      Tensor shift,
      Tensor residual,
      float cap,
      Quantizer quantizer,
      Tensor open,
      Tensor y);

  /**
   * g, dShift, dx and dw'.
   *
   * @param scaled w * scale
   * @param g may be dy
   * @param add whether the adjoint is added to what dx holds
   * @param x the convolution's input; null together with dw
   * @param dw receives dw'; null where it is not wanted
   */
  void backwardInput(
      Conv2dShape shape,
      Tensor dy,
      Tensor open,
      Tensor scaled,
      Tensor g,
      Tensor dShift,
      boolean add,
      Tensor dx,
      Tensor x,
      Tensor dw);

  /** g and dShift alone, where nobody wants dx. */
  void gate(Tensor dy, Tensor open, Tensor g, Tensor dShift);
}
