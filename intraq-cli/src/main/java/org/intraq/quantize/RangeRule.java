package org.intraq.quantize;

import org.intraq.config.CalibrationConfig;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;

/**
 * The range of the activations of one batch.
 *
 * <ul>
 *   <li>minimum and maximum;
 *   <li>percentile: the upper end leaves out the largest values;
 *   <li>squared error: of 100 upper ends, the one with the least sum of (x - x')^2 over a histogram
 *       of 2,048 bins.
 * </ul>
 *
 * <p>Source: the paper, section 3.1 (minimum and maximum); the other two as post-training
 * quantization usually has them (Nagel et al., A White Paper on Neural Network Quantization, 2021,
 * section 3.1).
 */
public final class RangeRule {
  private static final int BINS = 2048;
  private static final int CANDIDATES = 100;

  private final CalibrationConfig.Range kind;
  private final double percentile;

  /** Makes a rule. */
  public RangeRule(CalibrationConfig.Range kind, double percentile) {
    this.kind = kind;
    this.percentile = percentile;
  }

  /** The range of x [N, ..] at {@code bits} bits. */
  public Range of(Backend backend, Tensor x, int bits) {
    float lo;
    float hi;
    try (Scope scope = new Scope(backend, "range")) {
      Tensor ends = scope.f32(2);
      backend.reduction().minMax(x, ends);
      float[] values = backend.memory().toArray(ends);
      lo = values[0];
      hi = values[1];
    }
    if (kind == CalibrationConfig.Range.MINMAX || !(hi > lo) || Float.isInfinite(hi - lo)) {
      return new Range(lo, hi).withZeroPoint(bits);
    }
    long[] histogram = histogram(backend, x, lo, hi);
    float upper =
        kind == CalibrationConfig.Range.PERCENTILE
            ? percentile(histogram, lo, hi)
            : leastError(histogram, lo, hi, bits);
    return new Range(lo, upper).withZeroPoint(bits);
  }

  private static long[] histogram(Backend backend, Tensor x, float lo, float hi) {
    long[] counts = new long[BINS];
    int n = x.extent(0);
    float[] image = new float[x.size() / n];
    float scale = BINS / (hi - lo);
    for (int i = 0; i < n; i++) {
      backend.memory().download(x.slice(i, i + 1), image, 0);
      for (float v : image) {
        counts[Math.min(BINS - 1, Math.max(0, (int) ((v - lo) * scale)))]++;
      }
    }
    return counts;
  }

  private static float centre(int bin, float lo, float hi) {
    return lo + (bin + 0.5f) * (hi - lo) / BINS;
  }

  private float percentile(long[] histogram, float lo, float hi) {
    long total = 0;
    for (long count : histogram) {
      total += count;
    }
    long kept = 0;
    for (int bin = 0; bin < BINS; bin++) {
      kept += histogram[bin];
      if (kept >= percentile * total) {
        return lo + (bin + 1) * (hi - lo) / BINS;
      }
    }
    return hi;
  }

  private static float leastError(long[] histogram, float lo, float hi, int bits) {
    float best = hi;
    double least = Double.POSITIVE_INFINITY;
    for (int k = CANDIDATES; k >= 1; k--) {
      float upper = lo + (hi - lo) * k / CANDIDATES;
      AffineQuantizer quantizer = AffineQuantizer.of(lo, upper, bits);
      double error = 0;
      // The lowest bin is mostly the exact zeros of a ReLU, which cost nothing.
      for (int bin = 1; bin < BINS; bin++) {
        if (histogram[bin] > 0) {
          float x = centre(bin, lo, hi);
          double d = x - quantizer.value(x);
          error += histogram[bin] * d * d;
        }
      }
      if (error < least) {
        least = error;
        best = upper;
      }
    }
    return best;
  }
}
