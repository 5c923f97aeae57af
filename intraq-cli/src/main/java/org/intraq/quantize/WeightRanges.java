package org.intraq.quantize;

import java.util.HashMap;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.config.QuantizerConfig.Granularity;
import org.intraq.config.QuantizerConfig.WeightRange;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.quantize.AffineQuantizer;

/**
 * The ranges of a layer's weights as they are now: minimum and maximum of each output channel (or
 * of the layer), on demand times a factor a channel.
 *
 * <p>The factor makes the squared quantization error of the pre-trained weights smallest; it stays
 * as it is while the weights are trained, so that the range follows them.
 *
 * <p>Source: minimum and maximum, the paper, section 3.1; clipping by squared error, Banner et al.,
 * Post training 4-bit quantization, 2019 (there in closed form, here by search).
 */
public final class WeightRanges implements AutoCloseable {
  private static final int CANDIDATES = 70;
  private static final float STEP = 0.01f;

  private final Granularity granularity;
  private final Scope scope;
  private final Map<String, Tensor> factors = new HashMap<>();

  /**
   * Ranges for a network.
   *
   * @param pretrained the weights that factors are chosen for
   */
  public WeightRanges(
      Parameters pretrained, BitPlan plan, Granularity granularity, WeightRange rule) {
    this.granularity = granularity;
    this.scope = new Scope(pretrained.scope().backend(), "weight ranges");
    if (rule == WeightRange.MSE) {
      for (Node layer : BitPlan.layers(pretrained.network())) {
        if (plan.weights(layer) != 0) {
          Tensor weight = pretrained.get(layer.name() + ".weight").value();
          factors.put(layer.name(), factors(weight, plan.weights(layer)));
        }
      }
    }
  }

  /** What shares a range. */
  public Granularity granularity() {
    return granularity;
  }

  /**
   * The ranges of the present weights: [2, OC], or [2] for one range a layer; lives on the tape.
   */
  public Tensor of(Tape tape, Node layer, Tensor weight) {
    var backend = tape.backend();
    boolean channels = granularity == Granularity.CHANNEL;
    Tensor range = channels ? tape.empty(2, weight.extent(-1)) : tape.empty(2);
    if (channels) {
      backend.reduction().minMaxChannels(weight, range);
    } else {
      backend.reduction().minMax(weight, range);
    }
    Tensor factor = factors.get(layer.name());
    if (factor != null) {
      backend.elementwise().multiply(range, factor, range);
    }
    return range;
  }

  private Tensor factors(Tensor weight, int bits) {
    float[] w = scope.backend().memory().toArray(weight);
    int channels = granularity == Granularity.CHANNEL ? weight.extent(-1) : 1;
    float[] found = new float[2 * channels];
    for (int c = 0; c < channels; c++) {
      found[c] = bestFactor(w, c, channels, bits);
      found[channels + c] = found[c];
    }
    return granularity == Granularity.CHANNEL ? scope.of(found, 2, channels) : scope.of(found, 2);
  }

  /** The factor on [min, max] of w[c], w[c + stride], ... with the least squared error. */
  private static float bestFactor(float[] w, int c, int stride, int bits) {
    float lo = Float.POSITIVE_INFINITY;
    float hi = Float.NEGATIVE_INFINITY;
    for (int i = c; i < w.length; i += stride) {
      lo = Math.min(lo, w[i]);
      hi = Math.max(hi, w[i]);
    }
    float best = 1f;
    double least = Double.POSITIVE_INFINITY;
    for (int k = 0; k < CANDIDATES; k++) {
      float factor = 1f - k * STEP;
      AffineQuantizer quantizer = AffineQuantizer.of(lo * factor, hi * factor, bits);
      double error = 0;
      for (int i = c; i < w.length; i += stride) {
        double d = w[i] - quantizer.value(w[i]);
        error += d * d;
      }
      if (error < least) {
        least = error;
        best = factor;
      }
    }
    return best;
  }

  @Override
  public void close() {
    scope.close();
  }
}
