package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.CodeQuantizer;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * What the integer engine computes with on a device: convolution of low-bit codes, maps between
 * codes and floats, and the float ends of a network.
 *
 * <p>Codes are U8 tensors, unsigned, one a byte. Nothing here allocates memory or waits for the
 * device but {@link #layer}, so that all the rest can be recorded by {@link Backend#repeated}.
 *
 * <p>A tensor of another shape, type or device than an operation names is an {@link
 * IllegalArgumentException}.
 *
 * <p>Everything gives the bits of the CPU's vector kernels: sums of codes are exact, and sums of
 * floats are formed in the same order, by the same fused multiply-adds.
 */
public interface LowBitOps {
  /** The weights and the output stage of one layer in the device's memory. */
  interface Layer extends AutoCloseable {
    /** Gives the memory back. */
    @Override
    void close();
  }

  /**
   * What follows the sums of a layer; {@link org.intraq.tensor.kernel.lowbit.OutputStage} defines
   * it.
   *
   * @param activationZero zero point of the activations
   * @param weightZero [OC] zero points of the weights
   * @param multiplier [OC]
   * @param offset [OC]
   * @param cap upper bound of the activation, +infinity for ReLU; NaN where there is none
   * @param quantizer of the result; null where floats are stored
   */
  @SuppressWarnings("ArrayRecordComponent") // a bundle of arguments, never compared
  record Stage(
      int activationZero,
      int[] weightZero,
      float[] multiplier,
      float[] offset,
      float cap,
      CodeQuantizer quantizer) {}

  /**
   * Brings a layer to the device.
   *
   * @param shape geometry; its batch, height and width do not matter
   * @param w weight codes [KH, KW, IC / groups, OC], one a byte
   * @throws IllegalArgumentException if a code is outside its width or a sum could exceed 32 bits
   */
  Layer layer(Conv2dShape shape, CodeBits bits, byte[] w, Stage stage);

  /**
   * y [N, OH, OW, OC] = the layer's output stage on the sums of x [N, H, W, IC].
   *
   * @param residual what the stage adds, of y's shape, floats or codes; or null
   * @param residualCodes the quantizer of a residual of codes; else null
   */
  void run(
      Layer layer,
      Conv2dShape shape,
      Tensor x,
      Tensor residual,
      CodeQuantizer residualCodes,
      Tensor y);

  /** codes[i] = quantizer.code(x[i]); both of as many elements. */
  void quantize(CodeQuantizer quantizer, Tensor x, Tensor codes);

  /** y[i] = (codes[i] - zero) / m, rounded once. */
  void values(Tensor codes, int zero, float m, Tensor y);

  /** Window maxima of codes x [N, H, W, C]; padding never wins. */
  void maxPool(Pool2dShape shape, Tensor x, Tensor y);

  /** {@link PoolingOps#subsample} of codes; all other channels of y are {@code fill}. */
  void subsample(Tensor x, int stride, int padBefore, int fill, Tensor y);

  /**
   * y [N, OH, OW, OC] = x [N, H, W, IC] convolved with w [KH, KW, IC / groups, OC], in exact f32
   * whatever the device's other convolutions compute in. Of the CPU's bits, too, but where that
   * takes Winograd's algorithm (3x3, stride 1, channels in sixteens) or sums depthwise columns
   * (3x3, seven rows and more).
   */
  void convolution(Conv2dShape shape, Tensor x, Tensor w, Tensor y);

  /** y [N, C] = mean of x [N, H, W, C] over H and W. */
  void average(Tensor x, Tensor y);

  /**
   * y [M, N] = x [M, K] w [K, N]: for every {@code block} terms one chain of fused multiply-adds,
   * added to those before.
   */
  void product(Tensor x, Tensor w, int block, Tensor y);
}
