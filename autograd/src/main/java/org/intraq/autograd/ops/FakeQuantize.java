package org.intraq.autograd.ops;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Tensor;

/**
 * Quantize and dequantize with a straight-through gradient (Bengio et al. 2013), which clamped
 * values pass too unless masked.
 */
public final class FakeQuantize {
  private FakeQuantize() {}

  /** One range [2] for the whole tensor. */
  public static Variable apply(Tape tape, Variable x, Tensor range, int bits, boolean masked) {
    Tensor y = tape.empty(x.shape());
    var quantize = tape.backend().quantize();
    quantize.fakeQuantize(x.value(), range, bits, y);
    return tape.record(
        "fakeQuantize",
        y,
        dy -> {
          if (!masked) {
            tape.accumulate(x, dy);
            return;
          }
          Tensor dx = tape.inPlace(dy);
          quantize.fakeQuantizeBackward(x.value(), range, bits, true, dy, dx);
          tape.accumulate(x, dx);
        },
        x);
  }

  /** A range for each channel of w [.., OC]: ranges [2, OC]. */
  public static Variable channels(Tape tape, Variable w, Tensor ranges, int bits, boolean masked) {
    Tensor y = tape.empty(w.shape());
    var quantize = tape.backend().quantize();
    quantize.fakeQuantizeChannels(w.value(), ranges, bits, y);
    return tape.record(
        "fakeQuantizeChannels",
        y,
        dy -> {
          if (!masked) {
            tape.accumulate(w, dy);
            return;
          }
          Tensor dw = tape.inPlace(dy);
          quantize.fakeQuantizeChannelsBackward(w.value(), ranges, bits, true, dy, dw);
          tape.accumulate(w, dw);
        },
        w);
  }
}
