package org.intraq.tensor.kernel.conv2d;

import java.util.List;

/**
 * {@link Conv2d} with frozen, packed weights, and with the element-wise work before and after it
 * done while its data are in the cache: one pass over memory instead of three or four.
 *
 * <pre>
 * forward        z = conv(x, w);   then the epilogue: y = act(z * scale + shift + residual), moments of z
 * backwardInput  the prologue: dz = scale * mask(dy) + c0 + c1 * z;   then dx = conv^T(dz, w)
 * gatedBackwardInput  the gate: g = dy where a bit is set, and its sums;   then dx = conv^T(g, w)
 * </pre>
 *
 * <p>Shapes, aliasing and accuracy of the convolution are those of {@link Conv2d}; of the affine
 * map those of {@code batchnorm.AffineRelu}; of quantizer and gate those of {@code
 * quantize.RectifiedQuantize}; of the moments those of {@code batchnorm.BatchMoments} plus 2^-23 of
 * the largest |z| for the means of the parts. The result is the same bits for any number of
 * threads.
 *
 * <p>Any shape of {@link Conv2dShape} is accepted, depthwise ones too. Weights that change from
 * call to call are given as they are; they are then packed for the one call.
 */
public interface FusedConv2d {
  /** Packs w [KH, KW, IC/groups, OC] for {@link #forward}. */
  PackedWeights packForward(Conv2dShape shape, float[] w, int wAt);

  /** Packs w [KH, KW, IC/groups, OC] for {@link #backwardInput}. */
  PackedWeights packBackwardInput(Conv2dShape shape, float[] w, int wAt);

  /**
   * z and what the epilogue asks for.
   *
   * @param epilogue null for the convolution alone
   * @throws IllegalArgumentException if the weights were packed for another shape or direction
   */
  void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      PackedWeights weights,
      ConvEpilogue epilogue,
      float[] z,
      int zAt);

  /**
   * Convolutions behind one another, of which only the last output is wanted: each link's output is
   * the next one's input, and {@code residual} is added before the last one's rectifier. The same
   * bits as {@link #forward} link by link.
   *
   * @param links at least one; each output is shaped like the next input
   * @param residual shaped like y, or null; neither it nor x may overlap with y
   * @throws IllegalArgumentException if weights were packed for another shape or direction
   */
  default void chain(
      List<ConvLink> links,
      float[] x,
      int xAt,
      float[] residual,
      int residualAt,
      float[] y,
      int yAt) {
    float[] in = x;
    int inAt = xAt;
    for (ConvLink link : links.subList(0, links.size() - 1)) {
      float[] out = new float[link.shape().outputSize()];
      forward(link.shape(), in, inAt, link.weights(), link.epilogue(null, 0, out, 0), out, 0);
      in = out;
      inAt = 0;
    }
    ConvLink last = links.getLast();
    ConvEpilogue epilogue = last.epilogue(residual, residualAt, y, yAt);
    forward(last.shape(), in, inAt, last.weights(), epilogue, y, yAt);
  }

  /** {@link #forward} with weights w [KH, KW, IC/groups, OC] that are packed for this call. */
  default void forward(
      Conv2dShape shape,
      float[] x,
      int xAt,
      float[] w,
      int wAt,
      ConvEpilogue epilogue,
      float[] z,
      int zAt) {
    forward(shape, x, xAt, packForward(shape, w, wAt), epilogue, z, zAt);
  }

  /** {@link #backwardInput} with weights that are packed for this call. */
  default void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] w,
      int wAt,
      ConvPrologue prologue,
      boolean add,
      float[] dx,
      int dxAt) {
    backwardInput(shape, dy, dyAt, packBackwardInput(shape, w, wAt), prologue, add, dx, dxAt);
  }

  /**
   * dx, and the prologue's dResidual.
   *
   * @param prologue null where dy is already the gradient of z
   * @param add whether dx is added to what is there, as the gradients of a tensor with two readers
   * @throws IllegalArgumentException if the weights were packed for another shape or direction
   */
  void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      PackedWeights weights,
      ConvPrologue prologue,
      boolean add,
      float[] dx,
      int dxAt);

  /**
   * Whether {@link #gatedBackwardInput} gives the weights' gradient on the way, for less than
   * {@link Conv2d#backwardWeights} takes.
   */
  boolean givesWeightGradient(Conv2dShape shape);

  /**
   * dx, and the gate's g and sums: the way back through a quantized activation.
   *
   * @param w [KH, KW, IC/groups, OC], times the scale of the output channels
   * @param add as in {@link #backwardInput}
   * @param weights null where their gradient is not wanted, or not given for this shape
   */
  void gatedBackwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyAt,
      float[] w,
      int wAt,
      ConvGate gate,
      boolean add,
      float[] dx,
      int dxAt,
      ConvWeightGradient weights);
}
