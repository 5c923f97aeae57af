package org.intraq.quantize;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.models.net.Node;
import org.intraq.quantize.ActivationRanges.Range;

/**
 * Ranges of the values that the method leaves unquantized, without any image:
 *
 * <ul>
 *   <li>the images: what pixels 0 to 255 become by the preprocessing;
 *   <li>the pooled features: the range of the activation that is averaged;
 *   <li>a linear bottleneck, the output of a BatchNorm: channel c has mean beta[c] and deviation
 *       |gamma[c]|, because that is what BatchNorm makes of the data it was trained on; the range
 *       is that of mean -/+ {@value #DEVIATIONS} deviations over all channels. A residual sum adds
 *       the means and the variances of its sides, as if they were independent.
 * </ul>
 */
final class DerivedRanges {
  static final int DEVIATIONS = 4;

  private record Moments(double[] mean, double[] variance) {}

  private DerivedRanges() {}

  /** The ranges by node name, of every node for which one can be told. */
  static Map<String, Range> of(QuantizedFile.Content content) {
    Map<String, Range> ranges = new LinkedHashMap<>();
    Map<String, Moments> moments = new HashMap<>();
    for (Node node : content.network().nodes()) {
      switch (node) {
        case Node.Input in -> ranges.put(in.name(), pixels(content));
        case Node.BatchNorm b -> moments.put(b.name(), moments(content, b));
        case Node.Add a -> {
          Moments sum = sum(moments.get(a.body().name()), moments.get(a.shortcut().name()));
          if (sum != null) {
            moments.put(a.name(), sum);
          }
        }
        case Node.GlobalAverage g -> {
          Range range = content.ranges().get(g.input().name());
          if (range != null) {
            ranges.put(g.name(), range);
          }
        }
        default -> {}
      }
    }
    moments.forEach((name, m) -> ranges.put(name, range(m)));
    return ranges;
  }

  private static Range pixels(QuantizedFile.Content content) {
    var preprocessing = content.preprocessing();
    float lo = Float.POSITIVE_INFINITY;
    float hi = Float.NEGATIVE_INFINITY;
    for (int c = 0; c < preprocessing.channels(); c++) {
      double mean = preprocessing.mean().get(c);
      double std = preprocessing.std().get(c);
      lo = Math.min(lo, (float) (-mean / std));
      hi = Math.max(hi, (float) ((1 - mean) / std));
    }
    // Padding reads 0, which therefore needs a code.
    return new Range(Math.min(lo, 0), Math.max(hi, 0));
  }

  private static Moments moments(QuantizedFile.Content content, Node.BatchNorm b) {
    float[] gamma = content.weights().get(b.name() + ".weight").values();
    float[] beta = content.weights().get(b.name() + ".bias").values();
    double[] mean = new double[gamma.length];
    double[] variance = new double[gamma.length];
    for (int c = 0; c < gamma.length; c++) {
      mean[c] = beta[c];
      variance[c] = (double) gamma[c] * gamma[c];
    }
    return new Moments(mean, variance);
  }

  private static Moments sum(Moments a, Moments b) {
    if (a == null || b == null) {
      return null;
    }
    double[] mean = a.mean.clone();
    double[] variance = a.variance.clone();
    for (int c = 0; c < mean.length; c++) {
      mean[c] += b.mean[c];
      variance[c] += b.variance[c];
    }
    return new Moments(mean, variance);
  }

  private static Range range(Moments m) {
    double lo = 0;
    double hi = 0;
    for (int c = 0; c < m.mean.length; c++) {
      double reach = DEVIATIONS * Math.sqrt(m.variance[c]);
      lo = Math.min(lo, m.mean[c] - reach);
      hi = Math.max(hi, m.mean[c] + reach);
    }
    return new Range((float) lo, (float) hi);
  }
}
