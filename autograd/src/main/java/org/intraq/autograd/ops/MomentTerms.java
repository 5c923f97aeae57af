package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.tensor.Tensor;

/**
 * The gradient of a loss on the batch moments of z as an affine term of z, which joins the backward
 * pass of what reads z: dz += c0[c] + c1[c] * z with c1 = 2 dVariance / M and c0 = (dMean - 2 mean
 * dVariance) / M.
 */
record MomentTerms(Tensor c0, Tensor c1) {
  /** No loss on the moments. */
  static final MomentTerms NONE = new MomentTerms(null, null);

  /**
   * The terms of dMoments [2, C].
   *
   * @param moments [2, C], mean and biased variance over {@code samples} elements of a channel
   */
  static MomentTerms of(Tape tape, Tensor moments, Tensor dMoments, int samples) {
    var elementwise = tape.backend().elementwise();
    Tensor c0 = tape.empty(moments.extent(1));
    Tensor c1 = tape.empty(moments.extent(1));
    float m = samples;
    elementwise.scaleShift(2f / m, Rows.of(dMoments, 1), 0f, c1);
    elementwise.multiply(c1, Rows.of(moments, 0), c0);
    elementwise.linear(1f / m, Rows.of(dMoments, 0), -1f, c0, c0);
    return new MomentTerms(c0, c1);
  }
}
