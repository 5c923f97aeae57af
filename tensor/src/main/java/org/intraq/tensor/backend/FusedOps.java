package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/**
 * Several steps of a network's block in one pass over memory: affine map of each channel (folded
 * BatchNorm), residual sum, rectifier, and the way back with the gradient of a loss on the batch
 * moments mixed in.
 *
 * <p>z, y, dy and the like are [.., C] of one shape, scale, shift and the like are [C]. Parameters
 * that are marked so may be null, which leaves their term out.
 */
public interface FusedOps {
  /** y = min(max(z * scale[c] + shift[c], 0), cap); y may be z. */
  void affineRelu(Tensor z, Tensor scale, Tensor shift, float cap, Tensor y);

  /** y = min(max(z * scale[c] + shift[c] + residual, 0), cap); y may be z or residual. */
  void affineAddRelu(Tensor z, Tensor scale, Tensor shift, Tensor residual, float cap, Tensor y);

  /**
   * With g = dy where 0 &lt; y &lt; cap, else 0: dz = scale[c] * g + c0[c] + c1[c] * z.
   *
   * <p>A loss on the batch mean and variance of z enters by c1 = 2 dVariance / M and c0 = (dMean -
   * 2 mean dVariance) / M.
   *
   * @param y the output of {@link #affineRelu} or {@link #affineAddRelu}
   * @param z null if c0 and c1 are
   * @param c0 null, together with c1, where no moments have a gradient
   * @param dz may be dy
   * @param dResidual receives g, the gradient of the residual branch; may be dy; null if unwanted
   */
  void affineReluBackward(
      Tensor dy,
      Tensor y,
      float cap,
      Tensor z,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz,
      Tensor dResidual);

  /**
   * {@link #affineReluBackward} that in the same pass gives dScale[c] = sum of g * (z - center[c])
   * and dShift[c] = sum of g.
   *
   * @param center null for zero; the batch mean keeps the sum accurate where that is large
   * @param dz null where only the sums and perhaps dResidual are wanted; scale, c0, c1 may then be
   *     null
   */
  void affineReluBackwardWithSums(
      Tensor dy,
      Tensor y,
      float cap,
      Tensor z,
      Tensor center,
      Tensor scale,
      Tensor c0,
      Tensor c1,
      Tensor dz,
      Tensor dResidual,
      Tensor dScale,
      Tensor dShift);
}
