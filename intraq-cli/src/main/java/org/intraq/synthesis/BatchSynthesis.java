package org.intraq.synthesis;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.CropResizeFlip;
import org.intraq.autograd.optim.Adam;
import org.intraq.autograd.optim.ReduceOnPlateau;
import org.intraq.autograd.optim.Schedule;
import org.intraq.config.SynthesisConfig;
import org.intraq.config.SynthesisConfig.ScheduleKind;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.RepeatedWork;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * Optimises one batch of images, from noise on.
 *
 * <p>An iteration: local object reinforcement shows the network the images or parts of them; the
 * gradient of BatchNorm statistics, soft inception and marginal distance losses goes back to the
 * full images; Adam moves them; the schedule looks at the total. Every random draw is a function of
 * the seed, the batch and the iteration, so that {@link #save} needs no generator state.
 *
 * <p>An iteration whose loss or gradient is not finite does not move the images; the rate is cut by
 * ten and the images go back to the last state that was kept.
 *
 * <p>Source: the paper, section 3.2.
 */
public final class BatchSynthesis implements AutoCloseable {
  private static final long LABELS = -1;
  private static final long TARGETS = -2;
  private static final long NOISE = -3;
  private static final int KEEP_EVERY = 25;
  private static final float RETREAT = 0.1f;

  /** Terms of the loss, and the gradient's square. */
  private static final int TERMS = 7;

  private final Parameters teacher;
  private final SynthesisConfig config;
  private final PhiloxRandom random;
  private final Backend backend;
  private final Scope scope;
  private final SynthesisObjective objective;
  private final LocalObjectReinforcement reinforcement;
  private final int[] labels;
  private final SynthesisObjective.Goals goals;
  private final Variable images;
  private final Tensor kept;
  private final Adam adam;
  private final ReduceOnPlateau plateau;
  private final Schedule cosine;
  private final Tensor boxes;
  private final Tensor flips;
  private final Tensor terms;
  private final Tensor logits;
  private final RepeatedWork whole;
  private final RepeatedWork parts;
  private double retreat = 1;
  private int undone;
  private int iteration;

  /**
   * Starts a batch of {@code n} images.
   *
   * @param centres of the images finished before
   * @param random the batch's own stream
   */
  public BatchSynthesis(
      Parameters teacher,
      SynthesisConfig config,
      ClassCentres centres,
      PhiloxRandom random,
      int n) {
    this.teacher = teacher;
    this.config = config;
    this.random = random;
    this.backend = teacher.scope().backend();
    this.scope = new Scope(backend, "batch synthesis");
    this.objective = new SynthesisObjective(teacher, config);
    this.reinforcement = new LocalObjectReinforcement(config.reinforcement());
    this.labels = drawLabels(n, teacher.network().classes());
    float[] targets = SoftInceptionLoss.drawTargets(random.child(TARGETS), config.inception(), n);
    float[] c = centres.of(labels);
    this.goals =
        new SynthesisObjective.Goals(
            scope.of(labels, n),
            scope.of(targets, n),
            scope.of(c, n, c.length / n),
            scope.of(MarginalDistanceConstraint.weights(centres.known(labels)), n));
    Node.Input in = teacher.network().input();
    Tensor noise = scope.f32(n, in.h(), in.w(), in.c());
    backend.random().normal(random.child(NOISE).key(), 0, 0f, 1f, noise);
    this.images = Variable.parameter("images", noise, scope);
    this.kept = scope.f32(noise.shape());
    backend.memory().copy(noise, kept);
    var a = config.adam();
    this.adam =
        new Adam(backend, List.of(images), (float) a.beta1(), (float) a.beta2(), (float) a.eps());
    var s = config.schedule();
    this.plateau =
        new ReduceOnPlateau(
            a.rate(), s.factor(), s.patienceAt(config.iterations()), s.threshold(), s.floor());
    this.cosine = Schedule.cosine(a.rate(), s.floor(), config.iterations());
    this.boxes = scope.s32(n, 4);
    this.flips = scope.s32(n);
    this.terms = scope.zeros(Shape.of(TERMS));
    this.logits = scope.f32(n, teacher.network().classes());
    this.whole = backend.repeated(() -> differentiate(false));
    this.parts = backend.repeated(() -> differentiate(true));
  }

  private int[] drawLabels(int n, int classes) {
    PhiloxRandom draws = random.child(LABELS);
    int[] drawn = new int[n];
    int[] order = {};
    for (int i = 0; i < n; i++) {
      if (!config.balancedLabels()) {
        drawn[i] = draws.nextInt(classes);
        continue;
      }
      if (i % classes == 0) {
        order = draws.permutation(classes);
      }
      drawn[i] = order[i % classes];
    }
    return drawn;
  }

  /** Whether all iterations have run. */
  public boolean finished() {
    return iteration >= config.iterations();
  }

  /** Iterations done. */
  public int iteration() {
    return iteration;
  }

  /** How often a loss or gradient that was not finite was undone. */
  public int undone() {
    return undone;
  }

  /** One iteration. */
  public SynthesisStep step() {
    double rate = rate();
    Tensor x = images.value();
    var drawn = reinforcement.draw(random.child(iteration), x.extent(0), x.extent(1), x.extent(2));
    drawn.ifPresent(
        d -> {
          backend.memory().upload(d.boxes(), 0, boxes);
          backend.memory().upload(d.flips(), 0, flips);
        });
    (drawn.isPresent() ? parts : whole).run();
    float[] found = backend.memory().toArray(terms);
    SynthesisStep step =
        SynthesisStep.of(found, backend.memory().toArray(logits), labels, iteration, rate);
    if (step.isFinite() && Float.isFinite(found[TERMS - 1])) {
      if (iteration % KEEP_EVERY == 0) { // before the update: their loss is known
        backend.memory().copy(x, kept);
      }
      adam.step((float) rate);
    } else {
      undo();
    }
    plateau.step(step.total());
    iteration++;
    return step;
  }

  /**
   * Leaves the gradient in the images, and what {@link #step} reports in {@code terms} and {@code
   * logits}. The same every time but for the contents of tensors, so that a device may record it.
   */
  private void differentiate(boolean ofParts) {
    images.zeroGrad();
    Tensor x = images.value();
    try (Tape tape = new Tape(backend)) {
      Variable seen =
          ofParts
              ? CropResizeFlip.apply(tape, images, boxes, flips, x.extent(1), x.extent(2))
              : images;
      SynthesisObjective.Loss loss = objective.apply(tape, seen, goals);
      tape.backward(loss.total());
      keep(0, loss.statisticsMean());
      keep(1, loss.statisticsVariance());
      keep(2, loss.inception());
      keep(3, loss.marginalLower());
      keep(4, loss.marginalUpper());
      keep(5, loss.total());
      backend.reduction().sumSquares(images.grad(), terms.slice(TERMS - 1, TERMS));
      backend.memory().copy(loss.result().logits().value(), logits);
    }
  }

  private void keep(int at, Variable term) {
    if (term != null) {
      backend.memory().copy(term.value(), terms.slice(at, at + 1));
    }
  }

  private double rate() {
    boolean isPlateau = config.schedule().kind() == ScheduleKind.PLATEAU;
    return retreat * (isPlateau ? plateau.rate() : cosine.rate(iteration));
  }

  private void undo() {
    backend.memory().copy(kept, images.value());
    adam.state().values().forEach(moment -> backend.memory().fill(moment, 0f));
    adam.restoreSteps(0);
    retreat *= RETREAT;
    undone++;
  }

  /** The images as they are, [N, H, W, C]. */
  public float[] images() {
    return backend.memory().toArray(images.value());
  }

  /** The labels. */
  public int[] labels() {
    return labels.clone();
  }

  /** The teacher's features [N, C] of the full images as they are. */
  public float[] features() {
    try (Tape tape = Tape.inference(backend)) {
      Variable x = Variable.constant(images.value());
      var result = Forward.run(tape, teacher, x, Forward.Mode.EVALUATE, Hooks.NONE);
      return backend.memory().toArray(result.features().value());
    }
  }

  /** Everything that has changed since the start, as tensors. */
  public List<NamedTensor> save() {
    List<NamedTensor> tensors = new ArrayList<>();
    state()
        .forEach(
            (name, tensor) ->
                tensors.add(
                    NamedTensor.ofFloats(
                        name, backend.memory().toArray(tensor), tensor.shape().toArray())));
    ReduceOnPlateau.State p = plateau.state();
    double[] numbers = {iteration, adam.steps(), p.rate(), p.best(), p.badSteps(), retreat, undone};
    tensors.add(NamedTensor.ofDoubles("numbers", numbers, numbers.length));
    return tensors;
  }

  /** Goes on where {@link #save} was called on a batch that was started with the same arguments. */
  public void restore(TensorFile file) {
    state()
        .forEach(
            (name, tensor) -> backend.memory().upload(file.tensor(name).toFloats(), 0, tensor));
    double[] numbers = file.tensor("numbers").toDoubles();
    iteration = (int) numbers[0];
    adam.restoreSteps((int) numbers[1]);
    plateau.restore(new ReduceOnPlateau.State(numbers[2], numbers[3], (int) numbers[4]));
    retreat = numbers[5];
    undone = (int) numbers[6];
  }

  private Map<String, Tensor> state() {
    Map<String, Tensor> state = new LinkedHashMap<>(adam.state());
    state.put("images", images.value());
    state.put("kept", kept);
    return state;
  }

  @Override
  public void close() {
    whole.close();
    parts.close();
    adam.close();
    scope.close();
  }
}
