package org.intraq.report;

import org.intraq.config.IntraQConfig;
import org.intraq.config.SynthesisConfig;
import org.intraq.config.SynthesisConfig.InceptionKind;
import org.intraq.images.ImageSource;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.synthesis.BatchSynthesis;
import org.intraq.synthesis.ClassCentres;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/** Images to compare those of a run with. */
final class Baselines {
  private static final long STREAM = 4;
  private static final int MOST_IMAGES = 128;
  private static final int MOST_ITERATIONS = 200;

  private Baselines() {}

  /** Standard normal noise, all of it under the label of the class that is looked at. */
  static ImageSource noise(Parameters teacher, FeatureStudy shown, IntraQConfig config) {
    Node.Input in = teacher.network().input();
    int n = Math.min(32, Math.max(2, config.synthesis().batch()));
    PhiloxRandom random = new PhiloxRandom(config.seed()).child(STREAM);
    float[] values = new float[n * in.h() * in.w() * in.c()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.normal();
    }
    int[] labels = new int[n];
    java.util.Arrays.fill(labels, shown.largestClass());
    return ImageSource.of(values, labels);
  }

  /**
   * One batch made with BatchNorm statistics loss and cross-entropy only, as the methods before
   * IntraQ did.
   */
  static ImageSource statisticsAndClass(Parameters teacher, IntraQConfig config) {
    SynthesisConfig s = config.synthesis();
    var r = s.reinforcement();
    var plain =
        new SynthesisConfig(
            s.images(),
            s.batch(),
            s.groups(),
            Math.min(MOST_ITERATIONS, s.iterations()),
            s.balancedLabels(),
            s.adam(),
            s.schedule(),
            new SynthesisConfig.Reinforcement(
                false,
                r.probability(),
                r.coin(),
                r.crop(),
                r.eta(),
                r.aspect(),
                r.tries(),
                r.flip()),
            s.statistics(),
            new SynthesisConfig.Inception(InceptionKind.CROSS_ENTROPY, 1, 1, 0),
            new SynthesisConfig.Marginal(false, 0, 0, 2),
            s.checkpointSeconds());
    int n = Math.min(MOST_IMAGES, Math.min(s.batch(), s.images()));
    Node.Linear output = (Node.Linear) teacher.network().output();
    var centres = new ClassCentres(teacher.network().classes(), output.in());
    PhiloxRandom random = new PhiloxRandom(config.seed()).child(STREAM).child(1);
    try (BatchSynthesis batch = new BatchSynthesis(teacher, plain, centres, random, n)) {
      while (!batch.finished()) {
        batch.step();
      }
      return ImageSource.of(batch.images(), batch.labels());
    }
  }
}
