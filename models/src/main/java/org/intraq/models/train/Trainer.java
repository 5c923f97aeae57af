package org.intraq.models.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.CrossEntropy;
import org.intraq.autograd.ops.Sum;
import org.intraq.autograd.optim.Schedule;
import org.intraq.autograd.optim.Sgd;
import org.intraq.models.data.Augmentation;
import org.intraq.models.data.Batch;
import org.intraq.models.data.BatchLoader;
import org.intraq.models.data.DataException;
import org.intraq.models.data.ImageDataset;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.data.SkippedFile;
import org.intraq.models.eval.Classifier;
import org.intraq.models.eval.Evaluation;
import org.intraq.models.eval.Evaluator;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;

/**
 * Trains a network from scratch by SGD with Nesterov momentum, a cosine schedule after a linear
 * warm-up (Loshchilov and Hutter 2017), label smoothing (Szegedy et al. 2016), and the crops and
 * flips of He et al. 2015.
 */
public final class Trainer {
  /** Is told how a run goes on; all methods come from the training thread. */
  public interface Listener {
    /** Once, if training goes on after {@code epoch} finished ones. */
    default void resumed(int epoch) {}

    /** Once, after an epoch, if there are images that it could not use. */
    default void skipped(List<SkippedFile> images) {}

    /** After each step. */
    void step(int epoch, int step, int steps, double loss);

    /** After each epoch, when its files are written. */
    void epoch(EpochLog log);
  }

  /**
   * What to train on.
   *
   * @param test held-out images, null for none; never trained on
   * @param evalEvery epochs between evaluations; the last epoch is always evaluated
   */
  public record Data(
      ImageDataset train, ImageDataset test, Preprocessing preprocessing, int evalEvery) {}

  /** Thrown when the loss is no number any more. */
  public static final class DivergedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DivergedException(int epoch, double rate) {
      super(
          "training diverged in epoch %d at a learning rate of %.3g; lower --learning-rate or lengthen --warm-up (the last finished epoch is kept)"
              .formatted(epoch, rate));
    }
  }

  /** Test images of which one at least has to be of use. */
  private static final int SAMPLED = 16;

  private final Backend backend;
  private final Zoo.Entry entry;
  private final Network network;
  private final TrainConfig config;
  private final Data data;
  private final TrainFiles files;
  private final Map<String, String> metadata;
  private final Listener listener;
  private final int steps;
  private final Schedule schedule;
  private final List<EpochLog> log = new ArrayList<>();
  private boolean toldOfSkipped;

  /**
   * Prepares a run.
   *
   * @param metadata for the weight file: provenance and the like
   * @throws DataException if data and network do not go together
   */
  public Trainer(
      Backend backend,
      Zoo.Entry entry,
      TrainConfig config,
      Data data,
      TrainFiles files,
      Map<String, String> metadata,
      Listener listener) {
    this.backend = backend;
    this.entry = entry;
    this.network = entry.network();
    this.config = config;
    this.data = data;
    this.files = files;
    this.metadata = Map.copyOf(metadata);
    this.listener = listener;
    this.steps = data.train.size() / config.batch();
    checkData();
    this.schedule =
        Schedule.cosine(config.learningRate(), 0, config.epochs() * steps)
            .warmUp((int) Math.round(config.warmUpEpochs() * steps));
  }

  private void checkData() {
    Node.Input in = network.input();
    Preprocessing p = data.preprocessing;
    if (p.size() != in.h() || p.channels() != in.c()) {
      throw new DataException(
          "preprocessing: gives %dx%dx%d, but %s takes %dx%dx%d; change --preprocessing or the model"
              .formatted(p.size(), p.size(), p.channels(), network.name(), in.h(), in.w(), in.c()));
    }
    if (steps == 0) {
      throw new DataException(
          "%s: has %d images, not enough for one batch of %d; lower --batch"
              .formatted(data.train.name(), data.train.size(), config.batch()));
    }
    if (data.train.classCount() > network.classes()) {
      throw new DataException(
          "%s: has %d classes, but %s has %d; take another model"
              .formatted(
                  data.train.name(), data.train.classCount(), network.name(), network.classes()));
    }
    if (data.test != null) {
      checkTest();
    }
  }

  /** Before an epoch is trained, and not after it. */
  private void checkTest() {
    Evaluator.checkLabels(network.classes(), data.test, data.test.size());
    DataException first = null;
    for (int i = 0; i < Math.min(SAMPLED, data.test.size()); i++) {
      try {
        data.preprocessing.toPixels(data.test.load(i));
        return;
      } catch (DataException e) {
        first = first == null ? e : first;
      }
    }
    if (first != null) {
      throw first;
    }
  }

  /** All that decides the outcome, as one line: a state belongs to exactly one such line. */
  private String run() {
    return "%s | %s | %d images | %s"
        .formatted(entry.architecture().text(), data.preprocessing, data.train.size(), config);
  }

  /**
   * Trains to the end.
   *
   * @param resume whether to go on from the state of a run that was stopped
   * @return one entry for each epoch, those before a resumption included
   * @throws DivergedException if the loss becomes NaN or infinite
   */
  public List<EpochLog> train(boolean resume) {
    Weights start = Initializer.initialize(network, config.seed());
    try (Parameters parameters = new Parameters(backend, network, start, true);
        Sgd sgd =
            new Sgd(
                backend,
                parameters.trainable(),
                (float) config.momentum(),
                (float) config.weightDecay(),
                true)) {
      int done = resume ? restore(parameters, sgd) : 0;
      if (done > 0) { // the kill may have come between the state and the weights
        saveWeights(parameters.download());
      }
      if (done > 0 && done < config.epochs()) {
        listener.resumed(done);
      }
      for (int epoch = done + 1; epoch <= config.epochs(); epoch++) {
        EpochLog line = evaluated(parameters, epoch(parameters, sgd, epoch));
        log.add(line);
        Weights weights = parameters.download();
        // The state first: weights without a state could neither be resumed nor overwritten.
        files.save(run(), epoch, weights, sgd, backend.memory(), log);
        saveWeights(weights);
        listener.epoch(line);
      }
      files.finish();
      return List.copyOf(log);
    }
  }

  private int restore(Parameters parameters, Sgd sgd) {
    TrainFiles.Restored restored = files.restore(run(), network, sgd, backend.memory());
    restored
        .weights()
        .entries()
        .forEach(
            (name, e) ->
                backend
                    .memory()
                    .upload(
                        Parameters.toEngine(e.shape(), e.values()),
                        0,
                        parameters.get(name).value()));
    log.addAll(restored.log());
    return restored.epoch();
  }

  /**
   * Mixed, because the streams of seeds that differ by the generator's own step are one stream
   * shifted by a draw.
   */
  static long epochSeed(long seed, int epoch) {
    return new SplittableRandom(new SplittableRandom(seed).nextLong() + epoch).nextLong();
  }

  private EpochLog epoch(Parameters parameters, Sgd sgd, int epoch) {
    long start = System.nanoTime();
    long epochSeed = epochSeed(config.seed(), epoch);
    double lossSum = 0;
    long right = 0;
    long images = 0;
    int step = 0;
    List<SkippedFile> skipped;
    try (BatchLoader loader =
        new BatchLoader(
            data.train,
            data.preprocessing,
            new Augmentation(config.cropPadding(), config.flip()),
            Augmentation.perImage(epochSeed),
            shuffled(data.train.size(), epochSeed),
            BatchLoader.Options.forTraining(config.batch()))) {
      for (Batch batch = loader.next(); batch != null; batch = loader.next()) {
        float rate = (float) schedule.rate((epoch - 1) * steps + step);
        StepResult result = step(parameters, sgd, batch, rate);
        if (!Double.isFinite(result.loss)) {
          throw new DivergedException(epoch, rate);
        }
        lossSum += result.loss;
        right += result.right;
        images += batch.count();
        listener.step(epoch, ++step, steps, result.loss);
      }
      skipped = loader.skipped();
    }
    tellOf(skipped, images);
    double seconds = (System.nanoTime() - start) / 1e9;
    return new EpochLog(
        epoch,
        lossSum / step,
        (double) right / images,
        schedule.rate(epoch * steps - 1),
        seconds,
        images / seconds,
        null,
        null,
        null);
  }

  private void tellOf(List<SkippedFile> skipped, long images) {
    if (images == 0) {
      throw new DataException(
          data.train.name()
              + ": none of the images can be used; the first: "
              + skipped.getFirst()
              + " (--preprocessing says what images go through)");
    }
    if (!skipped.isEmpty() && !toldOfSkipped) {
      toldOfSkipped = true;
      listener.skipped(skipped);
    }
  }

  private record StepResult(double loss, int right) {}

  /** Forward, backward, update. */
  private StepResult step(Parameters parameters, Sgd sgd, Batch batch, float rate) {
    Node.Input in = network.input();
    int n = batch.count();
    try (Scope scope = new Scope(backend, "batch");
        Tape tape = new Tape(backend)) {
      Tensor images = scope.f32(n, in.h(), in.w(), in.c());
      Tensor labels = scope.s32(n);
      backend.memory().upload(batch.pixels(), 0, images);
      backend.memory().upload(batch.labels(), 0, labels);
      Variable logits =
          Forward.run(tape, parameters, Variable.constant(images), Forward.Mode.TRAIN, Hooks.NONE)
              .logits();
      tape.retain(logits);
      Variable loss =
          tape.retain(
              Sum.mean(
                  tape, CrossEntropy.apply(tape, logits, labels, (float) config.labelSmoothing())));
      tape.backward(loss);
      sgd.step(rate);
      sgd.zeroGrad();
      float[] scores = backend.memory().toArray(logits.value());
      return new StepResult(backend.memory().item(loss.value()), countRight(scores, batch));
    }
  }

  private int countRight(float[] logits, Batch batch) {
    int classes = network.classes();
    int right = 0;
    for (int i = 0; i < batch.count(); i++) {
      int best = 0;
      for (int c = 1; c < classes; c++) {
        best = logits[i * classes + c] > logits[i * classes + best] ? c : best;
      }
      right += best == batch.labels()[i] ? 1 : 0;
    }
    return right;
  }

  /** Fisher and Yates. */
  private static int[] shuffled(int n, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int[] order = BatchLoader.inOrder(n);
    for (int i = n - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = order[i];
      order[i] = order[j];
      order[j] = swapped;
    }
    return order;
  }

  private EpochLog evaluated(Parameters parameters, EpochLog line) {
    boolean due = line.epoch() == config.epochs() || line.epoch() % data.evalEvery == 0;
    if (data.test == null || !due) {
      return line;
    }
    Evaluation found =
        Evaluator.run(
            Classifier.of(parameters, Hooks.NONE),
            data.test,
            data.preprocessing,
            new Evaluator.Options(config.batch(), 0),
            images -> {});
    return new EpochLog(
        line.epoch(),
        line.loss(),
        line.accuracy(),
        line.learningRate(),
        line.seconds(),
        line.imagesPerSecond(),
        found.top1(),
        found.images(),
        found.loss());
  }

  private void saveWeights(Weights weights) {
    Map<String, String> all = new TreeMap<>(metadata);
    EpochLog last = log.getLast();
    all.put("training", config.toString());
    all.put("epoch", Integer.toString(last.epoch()));
    if (last.testTop1() != null) {
      all.put("accuracy", last.testTop1() + "/" + last.testImages());
    }
    Pretrained.of(entry, weights, data.preprocessing, Map.of()).save(files.weights(), all);
  }
}
