package org.intraq.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.CalibrationConfig;
import org.intraq.config.QuantizerConfig;
import org.intraq.images.DeviceBatch;
import org.intraq.images.ImageSource;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.quantize.RangeObserver;
import org.intraq.synthesis.BatchNormStatisticsLoss;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/** What can be said layer by layer. */
public final class LayerStudy {
  private static final float VARIANCE_GUARD = 1e-10f;

  private LayerStudy() {}

  /**
   * The error of the BatchNorm statistics that images have, by layer.
   *
   * @param mean |mean - mu| / sigma, averaged over the channels
   * @param deviation |sigma of the images / sigma - 1|, averaged over the channels
   */
  public record StatisticError(String layer, double mean, double deviation) {}

  /** The statistic errors of up to {@code most} images. */
  public static List<StatisticError> statistics(Parameters teacher, ImageSource images, int most) {
    var backend = teacher.scope().backend();
    var hooks = new BatchNormStatisticsLoss(teacher);
    List<StatisticError> errors = new ArrayList<>();
    try (Scope scope = new Scope(backend, "statistics");
        Tape tape = Tape.inference(backend)) {
      int n = Math.min(images.size(), most);
      var batch = DeviceBatch.range(scope, images, teacher.network().input(), 0, n);
      Variable x = Variable.constant(batch.images());
      Forward.run(tape, teacher, x, Forward.Mode.EVALUATE, hooks)
          .moments()
          .forEach(
              (layer, moments) ->
                  errors.add(error(teacher, layer, backend.memory().toArray(moments.value()))));
    }
    return errors;
  }

  private static StatisticError error(Parameters teacher, String layer, float[] moments) {
    var memory = teacher.scope().backend().memory();
    float[] mu = memory.toArray(teacher.get(layer + ".running_mean").value());
    float[] variance = memory.toArray(teacher.get(layer + ".running_var").value());
    double mean = 0;
    double deviation = 0;
    int live = 0;
    for (int c = 0; c < mu.length; c++) {
      // Dead channels have no scale to measure by.
      if (variance[c] > VARIANCE_GUARD) {
        double sigma = Math.sqrt(variance[c]);
        mean += Math.abs(moments[c] - mu[c]) / sigma;
        deviation += Math.abs(Math.sqrt(Math.max(0, moments[mu.length + c])) / sigma - 1);
        live++;
      }
    }
    return new StatisticError(layer, mean / Math.max(1, live), deviation / Math.max(1, live));
  }

  /** The smallest and the largest weight of every layer. */
  public static Map<String, float[]> weightRanges(Network network, Weights weights) {
    Map<String, float[]> ranges = new LinkedHashMap<>();
    for (Node layer : BitPlan.layers(network)) {
      float lo = Float.POSITIVE_INFINITY;
      float hi = Float.NEGATIVE_INFINITY;
      for (float w : weights.get(layer.name() + ".weight").values()) {
        lo = Math.min(lo, w);
        hi = Math.max(hi, w);
      }
      ranges.put(layer.name(), new float[] {lo, hi});
    }
    return ranges;
  }

  /**
   * How much the logits of up to {@code most} images change when only one layer is quantized, its
   * weights and its input: |logits' - logits| / |logits|, by layer.
   */
  public static Map<String, Double> sensitivity(
      Parameters teacher,
      Weights weights,
      Bits bits,
      QuantizerConfig quantizer,
      CalibrationConfig calibration,
      ImageSource images,
      int most) {
    Backend backend = teacher.scope().backend();
    Network network = teacher.network();
    Map<String, Double> changes = new LinkedHashMap<>();
    try (Scope scope = new Scope(backend, "sensitivity")) {
      int n = Math.min(images.size(), most);
      Tensor x = DeviceBatch.range(scope, images, network.input(), 0, n).images();
      float[] want = logits(teacher, x, Hooks.NONE);
      for (Node layer : BitPlan.layers(network)) {
        BitPlan plan = BitPlan.only(network, bits, layer.name(), BitPlan.inputOf(layer));
        try (QuantizedNetwork single =
            new QuantizedNetwork(backend, network, weights, plan, quantizer)) {
          logits(
              single.parameters(),
              x,
              new RangeObserver(plan, single.quantizer(), single.activationRanges(), calibration));
          float[] got = logits(single.parameters(), x, single.quantizer());
          changes.put(layer.name(), change(want, got));
        }
      }
    }
    return changes;
  }

  private static float[] logits(Parameters parameters, Tensor images, Hooks hooks) {
    var backend = parameters.scope().backend();
    try (Tape tape = Tape.inference(backend)) {
      Variable x = Variable.constant(images);
      var result = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, hooks);
      return backend.memory().toArray(result.logits().value());
    }
  }

  private static double change(float[] want, float[] got) {
    double error = 0;
    double power = 0;
    for (int i = 0; i < want.length; i++) {
      error += Math.pow((double) got[i] - want[i], 2);
      power += Math.pow(want[i], 2);
    }
    return Math.sqrt(error / Math.max(1e-30, power));
  }
}
