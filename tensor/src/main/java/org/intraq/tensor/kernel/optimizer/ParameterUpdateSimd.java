package org.intraq.tensor.kernel.optimizer;

import static jdk.incubator.vector.VectorOperators.FMA;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;
import org.intraq.tensor.parallel.Ranges;
import org.intraq.tensor.parallel.Workers;

/** {@link ParameterUpdate} on vectors: one pass over parameters, gradient and state. */
public final class ParameterUpdateSimd implements ParameterUpdate {
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /** Elements of one task. */
  private static final int TASK = 16384;

  private final Workers workers;

  /** A kernel that shares its elements out to {@code workers}. */
  public ParameterUpdateSimd(Workers workers) {
    this.workers = workers;
  }

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
    if (momentum == 0) {
      Ranges.run(
          workers,
          n,
          TASK,
          (from, to) ->
              plain(
                  to - from,
                  p,
                  pOffset + from,
                  grad,
                  gradOffset + from,
                  gradScale,
                  lr,
                  weightDecay));
      return;
    }
    Objects.checkFromIndexSize(vOffset, n, v.length);
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) ->
            momentum(
                to - from,
                p,
                pOffset + from,
                grad,
                gradOffset + from,
                v,
                vOffset + from,
                gradScale,
                lr,
                momentum,
                weightDecay,
                nesterov,
                first));
  }

  private static void plain(
      int n,
      float[] p,
      int pFrom,
      float[] grad,
      int gradFrom,
      float gradScale,
      float lr,
      float weightDecay) {
    FloatVector decays = FloatVector.broadcast(SPECIES, weightDecay);
    FloatVector rates = FloatVector.broadcast(SPECIES, -lr);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector parameter = FloatVector.fromArray(SPECIES, p, pFrom + i);
      FloatVector g = FloatVector.fromArray(SPECIES, grad, gradFrom + i).mul(gradScale);
      g = parameter.lanewise(FMA, decays, g);
      g.lanewise(FMA, rates, parameter).intoArray(p, pFrom + i);
    }
    for (; i < n; i++) {
      float g = Math.fma(p[pFrom + i], weightDecay, grad[gradFrom + i] * gradScale);
      p[pFrom + i] = Math.fma(g, -lr, p[pFrom + i]);
    }
  }

  private static void momentum(
      int n,
      float[] p,
      int pFrom,
      float[] grad,
      int gradFrom,
      float[] v,
      int vFrom,
      float gradScale,
      float lr,
      float momentum,
      float weightDecay,
      boolean nesterov,
      boolean first) {
    FloatVector momenta = FloatVector.broadcast(SPECIES, momentum);
    FloatVector decays = FloatVector.broadcast(SPECIES, weightDecay);
    FloatVector rates = FloatVector.broadcast(SPECIES, -lr);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector parameter = FloatVector.fromArray(SPECIES, p, pFrom + i);
      FloatVector g = FloatVector.fromArray(SPECIES, grad, gradFrom + i).mul(gradScale);
      g = parameter.lanewise(FMA, decays, g);
      FloatVector velocity =
          first ? g : FloatVector.fromArray(SPECIES, v, vFrom + i).lanewise(FMA, momenta, g);
      velocity.intoArray(v, vFrom + i);
      FloatVector direction = nesterov ? velocity.lanewise(FMA, momenta, g) : velocity;
      direction.lanewise(FMA, rates, parameter).intoArray(p, pFrom + i);
    }
    for (; i < n; i++) {
      float g = Math.fma(p[pFrom + i], weightDecay, grad[gradFrom + i] * gradScale);
      float velocity = first ? g : Math.fma(v[vFrom + i], momentum, g);
      v[vFrom + i] = velocity;
      float direction = nesterov ? Math.fma(velocity, momentum, g) : velocity;
      p[pFrom + i] = Math.fma(direction, -lr, p[pFrom + i]);
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
    float rate = (float) (-lr / (1 - StrictMath.pow(beta1, step)));
    float scale = (float) (1 / Math.sqrt(1 - StrictMath.pow(beta2, step)));
    Ranges.run(
        workers,
        n,
        TASK,
        (from, to) ->
            adamRange(
                to - from,
                p,
                pOffset + from,
                grad,
                gradOffset + from,
                m,
                mOffset + from,
                s,
                sOffset + from,
                rate,
                beta1,
                beta2,
                eps,
                scale));
  }

  /** p += rate * m / (scale * sqrt(s) + eps) after the update of m and s. */
  private static void adamRange(
      int n,
      float[] p,
      int pFrom,
      float[] grad,
      int gradFrom,
      float[] m,
      int mFrom,
      float[] s,
      int sFrom,
      float rate,
      float beta1,
      float beta2,
      float eps,
      float scale) {
    float rest1 = (float) (1 - (double) beta1);
    float rest2 = (float) (1 - (double) beta2);
    FloatVector beta1s = FloatVector.broadcast(SPECIES, beta1);
    FloatVector beta2s = FloatVector.broadcast(SPECIES, beta2);
    FloatVector scales = FloatVector.broadcast(SPECIES, scale);
    FloatVector epsilons = FloatVector.broadcast(SPECIES, eps);
    int i = 0;
    for (; i <= n - LANES; i += LANES) {
      FloatVector g = FloatVector.fromArray(SPECIES, grad, gradFrom + i);
      FloatVector mean =
          FloatVector.fromArray(SPECIES, m, mFrom + i).lanewise(FMA, beta1s, g.mul(rest1));
      FloatVector square =
          FloatVector.fromArray(SPECIES, s, sFrom + i).lanewise(FMA, beta2s, g.mul(rest2).mul(g));
      mean.intoArray(m, mFrom + i);
      square.intoArray(s, sFrom + i);
      FloatVector divisor = square.sqrt().lanewise(FMA, scales, epsilons);
      FloatVector change = mean.mul(rate).div(divisor);
      FloatVector.fromArray(SPECIES, p, pFrom + i).add(change).intoArray(p, pFrom + i);
    }
    for (; i < n; i++) {
      float g = grad[gradFrom + i];
      float mean = Math.fma(m[mFrom + i], beta1, g * rest1);
      float square = Math.fma(s[sFrom + i], beta2, g * rest2 * g);
      m[mFrom + i] = mean;
      s[sFrom + i] = square;
      float divisor = Math.fma((float) Math.sqrt(square), scale, eps);
      p[pFrom + i] += mean * rate / divisor;
    }
  }
}
