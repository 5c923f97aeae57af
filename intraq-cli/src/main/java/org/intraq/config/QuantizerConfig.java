package org.intraq.config;

import java.util.Map;

/**
 * The quantizer, section 3 of the method.
 *
 * @param weightGranularity one range for each output channel, or one for a layer
 * @param weightRange how a weight range comes from the weights
 * @param gradient of clamped values
 * @param firstLastBits bits of the first and the last layer's weights; 0 for those of all others
 * @param layerBits widths of single layers, such as {@code output -> w8}, by node name
 */
public record QuantizerConfig(
    Granularity weightGranularity,
    WeightRange weightRange,
    Gradient gradient,
    int firstLastBits,
    Map<String, String> layerBits) {
  /** Checks the values. */
  public QuantizerConfig {
    layerBits = Map.copyOf(layerBits);
    if (firstLastBits != 0 && (firstLastBits < 2 || firstLastBits > 8)) {
      throw new ConfigException(
          "quantizer.first-last-bits: expected 0 (as the others) or 2 to 8, got " + firstLastBits);
    }
  }

  /** What shares a range. */
  public enum Granularity {
    /** Each output channel has its own. */
    CHANNEL,
    /** A layer's weights share one. */
    TENSOR
  }

  /** How a weight range comes from the weights. */
  public enum WeightRange {
    /** Minimum and maximum of the present weights. */
    MINMAX,
    /**
     * Minimum and maximum times a factor a channel that made the squared error of the pre-trained
     * weights smallest.
     */
    MSE
  }

  /** The gradient of the quantizer where a value was clamped. */
  public enum Gradient {
    /** It passes. */
    STRAIGHT_THROUGH,
    /** It is zero. */
    MASKED
  }
}
