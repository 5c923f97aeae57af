package org.intraq.tensor.kernel.conv2d;

/**
 * Two-dimensional convolution and its two adjoints on dense channels-last arrays, as {@link
 * Conv2dShape} defines the geometry.
 *
 * <pre>
 * forward          y[n,p,q,o]  = sum over r,s,c of x[n, h(p,r), w(q,s), c] * w[r,s,c,o]
 * backwardInput    dx[n,h,w,c] = sum over p,r with h(p,r) = h, q,s with w(q,s) = w, o of dy[n,p,q,o] * w[r,s,c,o]
 * backwardWeights  dw[r,s,c,o] = beta * dw[r,s,c,o] + sum over n,p,q of x[n, h(p,r), w(q,s), c] * dy[n,p,q,o]
 * h(p,r) = p * strideH - padTop + r * dilationH,  w(q,s) = q * strideW - padLeft + s * dilationW
 * </pre>
 *
 * <p>Each array is read or written from its offset on: x and dx [N, H, W, IC], w and dw [KH, KW,
 * IC/groups, OC], y and dy [N, OH, OW, OC]. Outputs are overwritten (dw: beta = 0 does not read it)
 * and must not overlap inputs. Empty batches or images give an empty y; their dw is beta * dw.
 *
 * <p>Accuracy: |error| &lt;= (T + 3) * eps * sum |a||b| with eps = 2^-23 and T the number of terms
 * of the sum, unless an implementation states another bound. The result is the same bits for any
 * number of threads.
 */
public interface Conv2d {
  /** y = x convolved with w. */
  void forward(
      Conv2dShape shape, float[] x, int xOffset, float[] w, int wOffset, float[] y, int yOffset);

  /** dx = the adjoint of {@link #forward} in x, applied to dy. */
  void backwardInput(
      Conv2dShape shape,
      float[] dy,
      int dyOffset,
      float[] w,
      int wOffset,
      float[] dx,
      int dxOffset);

  /** dw = beta * dw + the adjoint of {@link #forward} in w, applied to dy. */
  void backwardWeights(
      Conv2dShape shape,
      float[] x,
      int xOffset,
      float[] dy,
      int dyOffset,
      float beta,
      float[] dw,
      int dwOffset);
}
