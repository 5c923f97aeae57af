package org.intraq.quantize;

import org.intraq.config.CalibrationConfig.Average;

/** Joins one end of a range over batches. */
public interface RangeAverage {
  /** Takes the end that a batch has and gives the joined one. */
  double update(double batch);

  /** An average of that kind. */
  static RangeAverage of(Average kind, double momentum) {
    return switch (kind) {
      case PLAIN -> new Plain(momentum);
      case RELEASED -> new Released(momentum);
    };
  }

  /** r = momentum r + (1 - momentum) x, starting with the first x. */
  final class Plain implements RangeAverage {
    private final double momentum;
    private double value = Double.NaN;

    /** Makes one. */
    public Plain(double momentum) {
      this.momentum = momentum;
    }

    @Override
    public double update(double batch) {
      value = Double.isNaN(value) ? batch : momentum * value + (1 - momentum) * batch;
      return value;
    }
  }

  /**
   * b = momentum b, r = (momentum r + (1 - momentum) x) / (1 - b), with b = 1 and r = 0 before.
   *
   * <p>The corrected value is stored and corrected again at the next step, which makes it overshoot
   * by three orders of magnitude around step 20; by step 200 it has settled. Kept for comparison
   * with the released program; a short calibration with it is ruinous.
   */
  final class Released implements RangeAverage {
    private final double momentum;
    private double power = 1;
    private double value;

    /** Makes one. */
    public Released(double momentum) {
      this.momentum = momentum;
    }

    @Override
    public double update(double batch) {
      power *= momentum;
      value = (momentum * value + (1 - momentum) * batch) / (1 - power);
      return value;
    }
  }
}
