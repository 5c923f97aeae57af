package org.intraq.quantize;

import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;

/** The range of every quantized activation, on the host and on the device. */
public final class ActivationRanges implements AutoCloseable {
  /** Lower and upper end. */
  public record Range(float lo, float hi) {
    /** Up to here a zero point is exact as a float and as an integer. */
    private static final float EXACT = 1 << 24;

    /**
     * The same, or widened to hold 0 where its zero point would be no number to calculate with: the
     * range of an activation that is constant, or all but constant, and not 0. Its upper or lower
     * end keeps a code.
     */
    Range withZeroPoint(int bits) {
      float offset = AffineQuantizer.offset(AffineQuantizer.multiplier(lo, hi, bits), lo, bits);
      return Math.abs(offset) <= EXACT ? this : new Range(Math.min(lo, 0), Math.max(hi, 0));
    }
  }

  private final Scope scope;
  private final Map<String, Range> ranges = new LinkedHashMap<>();
  private final Map<String, Tensor> tensors = new LinkedHashMap<>();

  /** No ranges yet. */
  public ActivationRanges(Backend backend) {
    this.scope = new Scope(backend, "activation ranges");
  }

  /** Sets a range. */
  public void put(String activation, Range range) {
    ranges.put(activation, range);
    float[] ends = {range.lo(), range.hi()};
    Tensor known = tensors.get(activation);
    if (known == null) {
      tensors.put(activation, scope.of(ends, 2));
    } else {
      scope.backend().memory().upload(ends, 0, known);
    }
  }

  /** All ranges in the order of first use. */
  public Map<String, Range> all() {
    return java.util.Collections.unmodifiableMap(ranges);
  }

  /**
   * A range as a tensor [2].
   *
   * @throws IllegalStateException if the activation was never calibrated
   */
  public Tensor tensor(String activation) {
    Tensor tensor = tensors.get(activation);
    if (tensor == null) {
      throw new IllegalStateException(
          "quantize: activation '" + activation + "' has no range; calibrate the network first");
    }
    return tensor;
  }

  @Override
  public void close() {
    scope.close();
  }
}
