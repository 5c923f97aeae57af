package org.intraq.quantize;

import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.CalibrationConfig;
import org.intraq.images.DeviceBatch;
import org.intraq.images.ImageSource;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Scope;

/**
 * Moves the BatchNorm statistics of the quantized network by what quantization did to the inputs of
 * the layer, as seen on one batch of synthetic images: the mean by the difference, the variance by
 * the ratio of the two networks' statistics, both as far as the channel can be trusted.
 *
 * <pre>{@code
 * mu'  = mu + t (mean_Q - mean_F)
 * var' = var (1 + t (variance_Q / variance_F - 1))
 * t    = ( min(variance_F / var, var / variance_F) / (1 + (mean_F - mu)^2 / var) )^2
 * }</pre>
 *
 * <p>Differences and ratios, not the statistics themselves, because the images match the
 * pre-trained statistics only nearly. Where they do not match them at all, what quantization does
 * to these images says little about real ones: t is 1 for a channel in which full-precision network
 * and images agree, and falls to 0 with their distance. Layers are corrected from the first to the
 * last, each behind corrected ones. Source: after the bias correction of Nagel et al., Data-Free
 * Quantization Through Weight Equalization and Bias Correction, 2019, section 4.2; the trust is
 * this project's.
 */
public final class StatisticsCorrection {
  private static final float LARGEST_RATIO = 4f;
  private static final float VARIANCE_GUARD = 1e-10f;

  private StatisticsCorrection() {}

  /** Corrects the running statistics of {@code network} in place. */
  public static void run(
      Parameters teacher, QuantizedNetwork network, CalibrationConfig config, ImageSource images) {
    var backend = teacher.scope().backend();
    Node.Input in = teacher.network().input();
    int count = Math.min(images.size(), config.batch());
    try (Scope scope = new Scope(backend, "statistics correction")) {
      Tensor x = DeviceBatch.range(scope, images, in, 0, count).images();
      Map<String, float[]> want = moments(teacher, x, Hooks.NONE, null);
      for (Node.BatchNorm layer : teacher.network().all(Node.BatchNorm.class)) {
        float[] got =
            moments(network.parameters(), x, network.quantizer(), layer).get(layer.name());
        correct(network.parameters(), layer, want.get(layer.name()), got);
      }
    }
  }

  private static void correct(
      Parameters parameters, Node.BatchNorm layer, float[] want, float[] got) {
    var memory = parameters.scope().backend().memory();
    Tensor meanTensor = parameters.get(layer.name() + ".running_mean").value();
    Tensor varianceTensor = parameters.get(layer.name() + ".running_var").value();
    float[] mean = memory.toArray(meanTensor);
    float[] variance = memory.toArray(varianceTensor);
    int channels = mean.length;
    for (int c = 0; c < channels; c++) {
      float trust = trust(mean[c], variance[c], want[c], want[channels + c]);
      mean[c] += trust * (got[c] - want[c]);
      float ratio = got[channels + c] / Math.max(VARIANCE_GUARD, want[channels + c]);
      ratio = Math.min(LARGEST_RATIO, Math.max(1 / LARGEST_RATIO, ratio));
      variance[c] *= 1 + trust * (ratio - 1);
    }
    memory.upload(mean, 0, meanTensor);
    memory.upload(variance, 0, varianceTensor);
    parameters.statisticsChanged(layer);
  }

  /** How near the images' statistics of a channel are to those of training, in [0, 1]. */
  static float trust(float mean, float variance, float imageMean, float imageVariance) {
    double v = Math.max(VARIANCE_GUARD, variance);
    double seen = Math.max(VARIANCE_GUARD, imageVariance);
    double off = imageMean - mean;
    double near = Math.min(seen / v, v / seen) / (1 + off * off / v);
    return (float) (near * near);
  }

  /** Moments [2 * C] of the inputs of {@code only}, or of all layers. */
  private static Map<String, float[]> moments(
      Parameters parameters, Tensor images, Hooks inner, Node.BatchNorm only) {
    Hooks hooks =
        new Hooks() {
          @Override
          public Variable weight(Tape tape, Node node, Variable weight) {
            return inner.weight(tape, node, weight);
          }

          @Override
          public Variable activation(Tape tape, Node.Activation node, Variable y) {
            return inner.activation(tape, node, y);
          }

          @Override
          public boolean wantsMoments(Node.BatchNorm node) {
            return only == null || node.name().equals(only.name());
          }
        };
    var backend = parameters.scope().backend();
    Map<String, float[]> moments = new java.util.HashMap<>();
    try (Tape tape = Tape.inference(backend)) {
      Variable x = Variable.constant(images);
      Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, hooks)
          .moments()
          .forEach((name, m) -> moments.put(name, backend.memory().toArray(m.value())));
    }
    return moments;
  }
}
