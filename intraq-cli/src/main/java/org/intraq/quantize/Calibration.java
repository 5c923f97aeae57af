package org.intraq.quantize;

import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.CalibrationConfig;
import org.intraq.images.DeviceBatch;
import org.intraq.images.ImageSource;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.backend.Scope;

/** Finds the activation ranges of a network on images, and checks the result on them. */
public final class Calibration {
  private Calibration() {}

  /** Sets the ranges of {@code network}, with corrected statistics if asked for. */
  public static void run(
      Parameters teacher, QuantizedNetwork network, CalibrationConfig config, ImageSource images) {
    observe(network, config, images);
    if (config.correctStatistics()) {
      StatisticsCorrection.run(teacher, network, config, images);
      observe(network, config, images);
    }
  }

  private static void observe(
      QuantizedNetwork network, CalibrationConfig config, ImageSource images) {
    var observer =
        new RangeObserver(network.plan(), network.quantizer(), network.activationRanges(), config);
    eachBatch(
        network.parameters(),
        config,
        images,
        (tape, x, labels) -> {
          Forward.run(tape, network.parameters(), x, Forward.Mode.EVALUATE, observer);
        });
  }

  /** What is done with a batch. */
  interface BatchAction {
    void run(Tape tape, Variable images, int[] labels);
  }

  static void eachBatch(
      Parameters parameters, CalibrationConfig config, ImageSource images, BatchAction action) {
    var backend = parameters.scope().backend();
    int count = Math.min(images.size(), config.images());
    for (int from = 0; from < count; from += config.batch()) {
      int to = Math.min(count, from + config.batch());
      try (Scope scope = new Scope(backend, "calibration");
          Tape tape = Tape.inference(backend)) {
        var batch = DeviceBatch.range(scope, images, parameters.network().input(), from, to);
        int[] labels = new int[to - from];
        for (int i = 0; i < labels.length; i++) {
          labels[i] = images.label(from + i);
        }
        action.run(tape, Variable.constant(batch.images()), labels);
      }
    }
  }

  /** The share of images for which the quantized network and the teacher name the same class. */
  public static double agreement(
      Parameters teacher, QuantizedNetwork network, CalibrationConfig config, ImageSource images) {
    int[] same = new int[2];
    eachBatch(
        teacher,
        config,
        images,
        (tape, x, labels) -> {
          int[] want = classes(tape, teacher, x, Hooks.NONE);
          int[] got = classes(tape, network.parameters(), x, network.quantizer());
          for (int i = 0; i < want.length; i++) {
            same[0] += want[i] == got[i] ? 1 : 0;
          }
          same[1] += want.length;
        });
    return (double) same[0] / same[1];
  }

  private static int[] classes(Tape tape, Parameters parameters, Variable x, Hooks hooks) {
    var logits = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, hooks).logits().value();
    var best = tape.empty(org.intraq.tensor.DType.S32, logits.extent(0));
    tape.backend().reduction().argMaxRows(logits, best);
    int[] classes = new int[best.size()];
    tape.backend().memory().download(best, classes, 0);
    return classes;
  }
}
