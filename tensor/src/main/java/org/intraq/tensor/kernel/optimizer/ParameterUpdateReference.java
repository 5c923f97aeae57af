package org.intraq.tensor.kernel.optimizer;

import java.util.Objects;

/** The definition of {@link ParameterUpdate}: one element at a time, in double. */
public final class ParameterUpdateReference implements ParameterUpdate {
  @Override
  public void sgd(
      int n,
      float[] p,
      int pOffset,
      float[] grad,
      int gradOffset,
      float[] v,
      int vOffset,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first) {
    Objects.checkFromIndexSize(pOffset, n, p.length);
    Objects.checkFromIndexSize(gradOffset, n, grad.length);
    if (momentum != 0) {
      Objects.checkFromIndexSize(vOffset, n, v.length);
    }
    for (int i = 0; i < n; i++) {
      double g = (double) gradScale * grad[gradOffset + i] + (double) weightDecay * p[pOffset + i];
      double direction = g;
      if (momentum != 0) {
        double velocity = first ? g : (double) momentum * v[vOffset + i] + g;
        v[vOffset + i] = (float) velocity;
        direction = nesterov ? g + momentum * velocity : velocity;
      }
      p[pOffset + i] = (float) (p[pOffset + i] - lr * direction);
    }
  }

  @Override
  public void adam(
      int n,
      float[] p,
      int pOffset,
      float[] grad,
      int gradOffset,
      float[] m,
      int mOffset,
      float[] s,
      int sOffset,
      float lr,
      float beta1,
      float beta2,
      float eps,
      int step) {
    Objects.checkFromIndexSize(pOffset, n, p.length);
    Objects.checkFromIndexSize(gradOffset, n, grad.length);
    Objects.checkFromIndexSize(mOffset, n, m.length);
    Objects.checkFromIndexSize(sOffset, n, s.length);
    double rate = lr / (1 - StrictMath.pow(beta1, step));
    double correction = Math.sqrt(1 - StrictMath.pow(beta2, step));
    for (int i = 0; i < n; i++) {
      double g = grad[gradOffset + i];
      double mean = beta1 * (double) m[mOffset + i] + (1 - (double) beta1) * g;
      double square = beta2 * (double) s[sOffset + i] + (1 - (double) beta2) * g * g;
      m[mOffset + i] = (float) mean;
      s[sOffset + i] = (float) square;
      p[pOffset + i] =
          (float) (p[pOffset + i] - rate * mean / (Math.sqrt(square) / correction + eps));
    }
  }
}
