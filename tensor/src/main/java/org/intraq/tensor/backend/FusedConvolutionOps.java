package org.intraq.tensor.backend;

import java.util.List;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * A convolution together with the element-wise work that surrounds it in a network, in one pass
 * over memory: affine map of each channel (folded BatchNorm), residual sum, rectifier, batch
 * moments; and the way back.
 *
 * <p>Tensors are shaped as in {@link ConvolutionOps}; scale, shift, mean, variance, c0 and c1 are
 * [OC]. Parameters that are marked so may be null, which leaves their term out. A backend without
 * kernels of its own for this computes it step by step ({@link SeparateConvolution}).
 */
public interface FusedConvolutionOps {
  /**
   * Lays weights out once for many calls.
   *
   * @param geometry of the calls; their batch size may differ
   * @param w must stay as it is, and alive, as long as the result is used
   */
  ConvolutionWeights freeze(Conv2dShape geometry, Tensor w);

  /**
   * z = x convolved with w; y = min(max(z * scale + shift + residual, floor), cap); mean and biased
   * variance of z over N, OH, OW.
   *
   * @param residual may be null
   * @param floor 0; or -infinity, together with a cap of +infinity, where nothing is rectified
   * @param z where the convolution's output is kept; null if nobody needs it
   * @param y may be residual
   * @param mean null, together with variance, where they are not wanted
   */
  void forward(
      Conv2dShape shape,
      Tensor x,
      ConvolutionWeights w,
      Tensor scale,
      Tensor shift,
      Tensor residual,
      float floor,
      float cap,
      Tensor z,
      Tensor y,
      Tensor mean,
      Tensor variance);

  /**
   * A convolution of {@link #chain} with what follows it, as in {@link #forward}.
   *
   * @param shape with the batch size of the call
   */
  record Link(
      Conv2dShape shape,
      ConvolutionWeights w,
      Tensor scale,
      Tensor shift,
      float floor,
      float cap) {}

  /**
   * {@link #forward} of convolutions behind one another, of which only the last output is kept; the
   * same values as one by one.
   *
   * @param scope where outputs in between may live for the call
   * @param links at least one; each output is shaped like the next input
   * @param residual added before the last rectifier; null without one
   * @param y of the last link; neither x nor residual
   */
  default void chain(Scope scope, List<Link> links, Tensor x, Tensor residual, Tensor y) {
    Tensor in = x;
    for (Link link : links) {
      boolean last = link == links.getLast();
      Conv2dShape s = link.shape;
      Tensor out = last ? y : scope.f32(s.n(), s.outH(), s.outW(), s.oc());
      Tensor added = last ? residual : null;
      forward(
          s,
          in,
          link.w,
          link.scale,
          link.shift,
          added,
          link.floor,
          link.cap,
          null,
          out,
          null,
          null);
      if (in != x) {
        scope.release(in);
      }
      in = out;
    }
  }

  /**
   * With g = dy where 0 &lt; y &lt; cap, else 0: dx = the adjoint of the convolution applied to
   * scale * g + c0 + c1 * z; dResidual = g.
   *
   * @param scale null, together with all from y to dResidual, where dy is the gradient of z
   * @param y the output of {@link #forward}; null where nothing was rectified, then g = dy
   * @param shift that of {@link #forward} where y had no residual, so that y may be computed again
   *     from z instead of read; else, or where z is null, null
   * @param z null if c0 and c1 are
   * @param c0 null, together with c1, where no moments have a gradient; see {@link
   *     FusedOps#affineReluBackward}
   * @param dResidual may be dy; null if unwanted
   * @param add whether the adjoint is added to what dx holds
   */
  void backwardInput(
      Conv2dShape shape,
      Tensor dy,
      ConvolutionWeights w,
      Tensor y,
      float cap,
      Tensor scale,
      Tensor shift,
      Tensor z,
      Tensor c0,
      Tensor c1,
      Tensor dResidual,
      boolean add,
      Tensor dx);
}
