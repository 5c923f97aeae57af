package org.intraq.bench.step;

import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.CropResizeFlip;
import org.intraq.autograd.optim.Adam;
import org.intraq.bench.harness.Instance;
import org.intraq.bench.harness.KernelCase;
import org.intraq.config.Presets;
import org.intraq.config.SynthesisConfig;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.synthesis.SynthesisObjective;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * One iteration of synthesis: crop, forward with batch statistics, the three losses, backward to
 * the images, Adam.
 *
 * <p>Every iteration crops (in a run half of them do), so that times do not depend on a coin.
 */
public final class SynthesisStep implements Instance {
  /** Adam's rate: small, so that the work stays the same over a measurement. */
  public static final float RATE = 1e-3f;

  /** How many of the results are losses. */
  static final int LOSSES = 5;

  private final Backend backend;
  private final Scope scope;
  private final Parameters teacher;
  private final SynthesisObjective objective;
  private final SynthesisObjective.Goals goals;
  private final Variable images;
  private final Tensor boxes;
  private final Tensor flips;
  private final Adam adam;
  private final int side;
  private float[] losses;

  SynthesisStep(Backend backend, StepData data) {
    this.backend = backend;
    scope = new Scope(backend, "synthesis step");
    teacher = new Parameters(backend, data.network(), data.weights(), false);
    int n = data.batch();
    Node.Input in = data.network().input();
    side = in.h();
    objective = new SynthesisObjective(teacher, config(data));
    float[] weights = new float[n];
    java.util.Arrays.fill(weights, 1f / n);
    goals =
        new SynthesisObjective.Goals(
            scope.of(data.labels(), n),
            scope.of(data.targets(), n),
            scope.of(data.centres(), n, data.featureWidth()),
            scope.of(weights, n));
    images =
        Variable.parameter("images", scope.of(data.images(), n, in.h(), in.w(), in.c()), scope);
    boxes = scope.of(data.boxes(), n, 4);
    flips = scope.of(data.flips(), n);
    adam = new Adam(backend, List.of(images), 0.9f, 0.999f, 1e-8f);
  }

  /** The constants of the loss. */
  public static SynthesisConfig config(StepData data) {
    int side = data.network().input().h();
    return Presets.of("paper", Presets.Profile.of(side, data.network().classes())).synthesis();
  }

  @Override
  public void run() {
    images.zeroGrad();
    try (Tape tape = new Tape(backend)) {
      Variable seen = CropResizeFlip.apply(tape, images, boxes, flips, side, side);
      SynthesisObjective.Loss loss = objective.apply(tape, seen, goals);
      tape.backward(loss.total());
      adam.step(RATE);
      losses =
          new float[] {
            item(loss.statisticsMean()),
            item(loss.statisticsVariance()),
            item(loss.inception()),
            item(loss.marginalLower()),
            item(loss.marginalUpper())
          };
    }
  }

  private float item(Variable term) {
    return backend.memory().item(term.value());
  }

  /** The losses, then the gradient. */
  @Override
  public float[] result() {
    return KernelCase.join(List.of(losses, backend.memory().toArray(images.grad())));
  }

  @Override
  public void close() {
    adam.close();
    teacher.close();
    scope.close();
  }
}
