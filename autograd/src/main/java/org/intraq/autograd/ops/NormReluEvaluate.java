package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * The end of a convolution block in evaluation mode, in one pass each way: y = min(max(z * scale[c]
 * + shift[c] + residual, 0), cap), and on demand the batch moments of z as a second output.
 *
 * <p>Equal to {@link BatchMoments}, {@link ChannelAffine}, {@link Add} and {@link Relu} one after
 * another; the gradient of the moments enters the backward pass as an affine term of z: dz = scale
 * * g + c0 + c1 * z with c1 = 2 dVariance / M, c0 = (dMean - 2 mean dVariance) / M and g = dy where
 * 0 &lt; y &lt; cap.
 */
public final class NormReluEvaluate {
  /**
   * The outputs.
   *
   * @param moments [2, C], mean and biased variance of z; null if they were not asked for
   */
  public record Result(Variable y, Variable moments) {}

  private final Tape tape;
  private final Variable z;
  private final Variable scale;
  private final Variable shift;
  private final Variable residual;
  private final float cap;
  private MomentTerms terms = MomentTerms.NONE;

  private NormReluEvaluate(
      Tape tape, Variable z, Variable scale, Variable shift, Variable residual, float cap) {
    this.tape = tape;
    this.z = z;
    this.scale = scale;
    this.shift = shift;
    this.residual = residual;
    this.cap = cap;
  }

  /** Applies the operation; {@code residual} may be null. */
  public static Result apply(
      Tape tape,
      Variable z,
      Variable scale,
      Variable shift,
      Variable residual,
      float cap,
      boolean wantMoments) {
    return new NormReluEvaluate(tape, z, scale, shift, residual, cap).apply(wantMoments);
  }

  private Result apply(boolean wantMoments) {
    Tensor y = tape.empty(z.shape());
    var fused = tape.backend().fused();
    if (residual == null) {
      fused.affineRelu(z.value(), scale.value(), shift.value(), cap, y);
    } else {
      fused.affineAddRelu(z.value(), scale.value(), shift.value(), residual.value(), cap, y);
    }
    Variable[] inputs =
        residual == null
            ? new Variable[] {z, scale, shift}
            : new Variable[] {z, scale, shift, residual};
    Variable out = tape.record("normRelu", y, dy -> backward(y, dy), inputs);
    return new Result(out, wantMoments ? moments(out) : null);
  }

  /** Recorded after y, so that its gradient is known when y is undone. */
  private Variable moments(Variable out) {
    Tensor moments = tape.empty(2, z.value().extent(-1));
    tape.backend()
        .normalization()
        .batchMoments(z.value(), Rows.of(moments, 0), Rows.of(moments, 1));
    return tape.record(
        "moments",
        moments,
        dy -> {
          terms = MomentTerms.of(tape, moments, dy, z.value().size() / moments.extent(1));
          if (!out.hasGrad()) {
            tape.accumulate(out, tape.scope().zeros(out.shape()));
          }
        },
        z);
  }

  private void backward(Tensor y, Tensor dy) {
    Tensor dResidual = residual != null && residual.requiresGrad() ? tape.empty(dy.shape()) : null;
    Tensor dz = tape.inPlace(dy);
    var fused = tape.backend().fused();
    Tensor c0 = terms.c0();
    Tensor c1 = terms.c1();
    if (scale.requiresGrad() || shift.requiresGrad()) {
      Tensor dScale = tape.empty(scale.shape());
      Tensor dShift = tape.empty(shift.shape());
      fused.affineReluBackwardWithSums(
          dy, y, cap, z.value(), null, scale.value(), c0, c1, dz, dResidual, dScale, dShift);
      tape.accumulate(scale, dScale);
      tape.accumulate(shift, dShift);
    } else {
      fused.affineReluBackward(
          dy, y, cap, c1 == null ? null : z.value(), scale.value(), c0, c1, dz, dResidual);
    }
    if (dResidual != null) {
      tape.accumulate(residual, dResidual);
    }
    tape.accumulate(z, dz);
  }
}
