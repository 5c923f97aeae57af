package org.intraq.tensor.backend;

import org.intraq.tensor.Tensor;

/**
 * The asymmetric min-max quantizer of the method: m = (2^k - 1) / max(hi - lo, 1e-8), z = round(m *
 * lo) + 2^(k-1), code q = clamp(round(m * x - z), -2^(k-1), 2^(k-1) - 1), value (q + z) / m;
 * rounding half to even.
 */
public interface QuantizeOps {
  /** y = quantized and dequantized x with one range [2] = {lo, hi}; y may be x. */
  void fakeQuantize(Tensor x, Tensor range, int bits, Tensor y);

  /** dx = dy, or, if {@code masked}, dy where x was not clamped and 0 elsewhere; dx may be dy. */
  void fakeQuantizeBackward(Tensor x, Tensor range, int bits, boolean masked, Tensor dy, Tensor dx);

  /** y = quantized and dequantized w [.., OC] with ranges [2, OC], one for each channel. */
  void fakeQuantizeChannels(Tensor w, Tensor ranges, int bits, Tensor y);

  /** As {@link #fakeQuantizeBackward} with one range for each channel. */
  void fakeQuantizeChannelsBackward(
      Tensor w, Tensor ranges, int bits, boolean masked, Tensor dy, Tensor dw);

  /** codes (S8) = q of x with one range. */
  void codes(Tensor x, Tensor range, int bits, Tensor codes);

  /** codes (S8) = q of w [.., OC] with ranges [2, OC]. */
  void codesChannels(Tensor w, Tensor ranges, int bits, Tensor codes);
}
