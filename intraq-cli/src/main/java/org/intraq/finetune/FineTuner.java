package org.intraq.finetune;

import java.util.ArrayList;
import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.optim.Adam;
import org.intraq.autograd.optim.GradientClipping;
import org.intraq.autograd.optim.Optimizer;
import org.intraq.autograd.optim.Schedule;
import org.intraq.autograd.optim.Sgd;
import org.intraq.config.FineTuningConfig;
import org.intraq.config.FineTuningConfig.Guard;
import org.intraq.images.BatchDraw;
import org.intraq.images.DeviceBatch;
import org.intraq.images.ImageSource;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.TensorFile;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Parameters;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.synthesis.SynthesisStep;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * Trains a quantized network to answer as its teacher does, on synthetic images.
 *
 * <p>A step: a random part of every image, both networks' answers, {@link DistillationLoss} and
 * {@link Hints}, the gradient straight through the quantizers, one update. BatchNorm statistics
 * stay as they are.
 *
 * <p>Safe at every rate: the rate rises over the first steps, a gradient much longer than usual is
 * clipped, and a loss that is no number or far above its running mean sends the network back to the
 * last good state with a lower rate. Source: the paper, section 3.3; the safety is this project's.
 */
public final class FineTuner implements AutoCloseable {
  private static final long ORDER = -1;
  private static final double SMOOTHING = 0.95;
  private static final int BEFORE_JUDGING = 3;
  private static final int JUDGED_BATCHES = 4;

  private final Parameters teacher;
  private final QuantizedNetwork student;
  private final FineTuningConfig config;
  private final ImageSource images;
  private final PhiloxRandom random;
  private final Backend backend;
  private final Scope scope;
  private final Optimizer optimizer;
  private final DistillationLoss loss;
  private final Hints hints;
  private final Augmentation augmentation;
  private final BatchDraw draw;
  private final TrainingState good;
  private final TrainingState start;
  private double rate;
  private double startLoss = Double.NaN;
  private boolean useless;
  private int step;
  private double meanLoss = Double.NaN;
  private double meanNorm = Double.NaN;
  private int judged;
  private double goodLoss = Double.NaN;
  private int goodJudged;
  private int divergences;
  private boolean stopped;

  /**
   * Starts fine-tuning of {@code student}, which is calibrated.
   *
   * @param preprocessing of the images: where black and white lie
   */
  public FineTuner(
      Parameters teacher,
      QuantizedNetwork student,
      FineTuningConfig config,
      Preprocessing preprocessing,
      ImageSource images,
      PhiloxRandom random) {
    this.teacher = teacher;
    this.student = student;
    this.config = config;
    this.images = images;
    this.random = random;
    this.backend = teacher.scope().backend();
    this.scope = new Scope(backend, "fine-tuning");
    this.loss = new DistillationLoss(config);
    this.hints = new Hints(teacher.network(), config.hints());
    this.augmentation = new Augmentation(backend, config, preprocessing);
    this.draw = new BatchDraw(random.child(ORDER), images.size(), config.batch());
    this.optimizer = optimizer();
    this.good = new TrainingState(scope, optimizer);
    this.start = new TrainingState(scope, optimizer);
    this.rate = config.rate();
  }

  private Optimizer optimizer() {
    List<Variable> parameters = student.parameters().trainable();
    var a = config.adam();
    return switch (config.optimizer()) {
      case SGD ->
          new Sgd(
              backend, parameters, (float) config.momentum(), (float) config.weightDecay(), true);
      case ADAM ->
          new Adam(backend, parameters, (float) a.beta1(), (float) a.beta2(), (float) a.eps());
      case RELATIVE_ADAM ->
          Adam.relative(backend, parameters, (float) a.beta1(), (float) a.beta2(), (float) a.eps());
    };
  }

  /** Whether all steps have run, or training stopped after too many divergences. */
  public boolean finished() {
    return stopped || step >= config.totalSteps();
  }

  /** Steps done. */
  public int step() {
    return step;
  }

  /** Divergences met. */
  public int divergences() {
    return divergences;
  }

  /** Whether training gave up before its last step. */
  public boolean stopped() {
    return stopped;
  }

  /** Whether training did not lower the loss, so that the network is as it was before. */
  public boolean useless() {
    return useless;
  }

  /** The peak learning rate in use. */
  public double rate() {
    return rate;
  }

  /** Sets the peak learning rate, as {@link RateFinder} found it. */
  void setRate(double found) {
    rate = found;
  }

  /** The learning rate of step {@code at}. */
  private double rateAt(int at) {
    int total = config.totalSteps();
    int[] milestones = config.milestones().stream().mapToInt(e -> e * config.steps()).toArray();
    Schedule schedule =
        switch (config.schedule()) {
          case STEP -> Schedule.multiStep(rate, config.decay(), milestones);
          case COSINE -> Schedule.cosine(rate, 0, total);
        };
    return schedule.warmUp((int) Math.round(config.warmUp() * total)).rate(at);
  }

  /** One step. */
  public FineTuningStep next() {
    if (step == 0) {
      startLoss = judgedLoss();
      goodLoss = startLoss;
      goodJudged = Double.isFinite(startLoss) ? BEFORE_JUDGING : 0;
    }
    double now = rateAt(step);
    Outcome o = gradients(step, config.augment());
    boolean diverged = diverged(o);
    if (diverged) {
      divergences++;
    }
    if (diverged && config.guard().enabled()) {
      retreat();
    } else {
      // The loss is that of the state before the update: that one is known to be good.
      if (step % config.guard().interval() == 0 && !diverged && judged >= BEFORE_JUDGING) {
        keep();
      }
      optimizer.step((float) now, clip(o.norm));
      remember(o);
    }
    FineTuningStep result = new FineTuningStep(step, now, o.loss, o.norm, o.agreement, diverged);
    step++;
    if (finished() && config.guard().enabled()) {
      checkEnd();
    }
    return result;
  }

  private record Outcome(double loss, double norm, double agreement) {}

  /** Runs forwards and backwards on the images of step {@code at}. */
  private Outcome gradients(int at, boolean augment) {
    optimizer.zeroGrad();
    try (Tape tape = new Tape(backend)) {
      var result = record(tape, draw.at(at), augment ? random.child(at) : null);
      tape.backward(result.loss);
      double norm = GradientClipping.globalNorm(backend, optimizer.parameters());
      return new Outcome(
          backend.memory().item(result.loss.value()),
          norm,
          agreement(result.teacher, result.student));
    }
  }

  private record Recorded(Variable loss, Tensor teacher, Tensor student) {}

  private Recorded record(Tape tape, int[] indices, PhiloxRandom draws) {
    var batch = DeviceBatch.load(tape.scope(), images, teacher.network().input(), indices);
    Tensor x = draws == null ? batch.images() : augmentation.apply(tape, batch.images(), draws);
    Variable input = tape.retain(Variable.constant(x));
    Hints.Pass pass = hints.pass(tape);
    var mode = Forward.Mode.EVALUATE;
    var target = Forward.run(tape, teacher, input, mode, Hooks.NONE, pass.teacher());
    var answer =
        Forward.run(tape, student.parameters(), input, mode, student.quantizer(), pass.student());
    tape.retain(answer.logits());
    Variable total =
        loss.apply(
            tape, target.logits().value(), target.features().value(), batch.labels(), answer);
    return new Recorded(pass.addTo(total), target.logits().value(), answer.logits().value());
  }

  private double agreement(Tensor teacherLogits, Tensor studentLogits) {
    float[] f = backend.memory().toArray(teacherLogits);
    int n = teacherLogits.extent(0);
    int classes = teacherLogits.extent(1);
    int[] want = new int[n];
    for (int i = 0; i < n; i++) {
      for (int c = 1; c < classes; c++) {
        want[i] = f[i * classes + c] > f[i * classes + want[i]] ? c : want[i];
      }
    }
    return SynthesisStep.agreement(backend.memory().toArray(studentLogits), want);
  }

  private boolean diverged(Outcome o) {
    if (!Double.isFinite(o.loss) || !Double.isFinite(o.norm)) {
      return true;
    }
    return judged >= BEFORE_JUDGING && o.loss > config.guard().factor() * meanLoss;
  }

  private float clip(double norm) {
    if (config.clipNorm() == 0 || Double.isNaN(meanNorm)) {
      return 1f;
    }
    return GradientClipping.scale(norm, config.clipNorm() * meanNorm);
  }

  private void remember(Outcome o) {
    double norm =
        Double.isNaN(meanNorm)
            ? o.norm
            : Math.min(o.norm, Math.max(1, config.clipNorm()) * meanNorm);
    meanNorm = Double.isNaN(meanNorm) ? norm : SMOOTHING * meanNorm + (1 - SMOOTHING) * norm;
    meanLoss = Double.isNaN(meanLoss) ? o.loss : SMOOTHING * meanLoss + (1 - SMOOTHING) * o.loss;
    judged++;
  }

  private void keep() {
    good.keep();
    goodLoss = meanLoss;
    goodJudged = judged;
  }

  private void retreat() {
    Guard guard = config.guard();
    good.restore();
    rate *= guard.retreat();
    // The losses of what is undone are no measure of what follows.
    meanLoss = goodLoss;
    judged = goodJudged;
    meanNorm = Double.NaN;
    stopped = divergences > guard.attempts();
  }

  /**
   * A training that did not lower the loss is undone. It is judged on images as it saw them: with
   * boxes and crops a network that has become better is often worse on the whole synthetic images,
   * on which the one before was calibrated.
   */
  private void checkEnd() {
    if (!(judgedLoss() <= startLoss)) {
      start.restore();
      useless = true;
    }
  }

  private double judgedLoss() {
    int batches = Math.min(JUDGED_BATCHES, Math.max(1, images.size() / draw.batch()));
    double sum = 0;
    for (int b = 0; b < batches; b++) {
      sum += lossOn(b, config.augment());
    }
    return sum / batches;
  }

  /**
   * The loss on the images of step {@code at}, whole or as training shows them, without a gradient.
   */
  double lossOn(int at, boolean augment) {
    try (Tape tape = Tape.inference(backend)) {
      PhiloxRandom draws = augment ? random.child(at) : null;
      return backend.memory().item(record(tape, draw.at(at), draws).loss.value());
    }
  }

  /** A step at a given rate that leaves no trace but in parameters and optimiser. */
  double probe(int at, double probeRate) {
    Outcome o = gradients(at, config.augment());
    optimizer.step((float) probeRate, clipAgainst(o.norm));
    return o.loss;
  }

  private float clipAgainst(double norm) {
    if (config.clipNorm() == 0) {
      return 1f;
    }
    meanNorm = Double.isNaN(meanNorm) ? norm : meanNorm;
    return GradientClipping.scale(norm, config.clipNorm() * meanNorm);
  }

  /** Goes back to the state before the probes. */
  void afterProbe() {
    good.restore();
    meanNorm = Double.NaN;
  }

  /** Everything that has changed since the start, as tensors. */
  public List<NamedTensor> save() {
    List<NamedTensor> tensors = new ArrayList<>();
    add(tensors, "live.", TrainingState.live(optimizer));
    add(tensors, "good.", good.copies());
    double[] numbers = {
      step,
      optimizer.steps(),
      good.steps(),
      rate,
      meanLoss,
      meanNorm,
      judged,
      divergences,
      stopped ? 1 : 0,
      startLoss,
      goodLoss,
      goodJudged
    };
    tensors.add(NamedTensor.ofDoubles("numbers", numbers, numbers.length));
    return tensors;
  }

  private void add(List<NamedTensor> tensors, String prefix, java.util.Map<String, Tensor> state) {
    state.forEach(
        (name, t) ->
            tensors.add(
                NamedTensor.ofFloats(
                    prefix + name, backend.memory().toArray(t), t.shape().toArray())));
  }

  /** Goes on where {@link #save} was called on a tuner that was started with the same arguments. */
  public void restore(TensorFile file) {
    TrainingState.live(optimizer)
        .forEach((n, t) -> backend.memory().upload(file.tensor("live." + n).toFloats(), 0, t));
    good.copies()
        .forEach((n, t) -> backend.memory().upload(file.tensor("good." + n).toFloats(), 0, t));
    double[] numbers = file.tensor("numbers").toDoubles();
    step = (int) numbers[0];
    optimizer.restoreSteps((int) numbers[1]);
    good.restoreSteps((int) numbers[2]);
    rate = numbers[3];
    meanLoss = numbers[4];
    meanNorm = numbers[5];
    judged = (int) numbers[6];
    divergences = (int) numbers[7];
    stopped = numbers[8] != 0;
    startLoss = numbers[9];
    if (numbers.length > 10) { // versions before knew no more
      goodLoss = numbers[10];
      goodJudged = (int) numbers[11];
    }
  }

  @Override
  public void close() {
    start.close();
    good.close();
    optimizer.close();
    scope.close();
  }
}
