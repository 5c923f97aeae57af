package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/** y[.., c] = x[.., c] * scale[c] + shift[c]. */
public final class ChannelAffine {
  private ChannelAffine() {}

  /** Applies the operation. */
  public static Variable apply(Tape tape, Variable x, Variable scale, Variable shift) {
    Tensor y = tape.empty(x.shape());
    var normalization = tape.backend().normalization();
    normalization.channelAffine(x.value(), scale.value(), shift.value(), y);
    return tape.record(
        "channelAffine",
        y,
        dy -> {
          if (scale.requiresGrad() || shift.requiresGrad()) {
            Tensor dScale = tape.empty(scale.shape());
            Tensor dShift = tape.empty(shift.shape());
            normalization.channelAffineParameterGradients(x.value(), dy, dScale, dShift);
            tape.accumulate(scale, dScale);
            tape.accumulate(shift, dShift);
          }
          if (x.requiresGrad()) {
            Tensor dx = tape.inPlace(dy);
            normalization.channelScale(dy, scale.value(), dx);
            tape.accumulate(x, dx);
          }
        },
        x,
        scale,
        shift);
  }
}
