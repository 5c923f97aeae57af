package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.optim.Sgd;
import org.intraq.config.Presets;
import org.intraq.config.QuantizerConfig.Gradient;
import org.intraq.config.QuantizerConfig.Granularity;
import org.intraq.config.QuantizerConfig.WeightRange;
import org.intraq.finetune.DistillationLoss;
import org.intraq.golden.Golden;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;

/**
 * A student on its way: calibrated on one batch, brought to PyTorch's codes, then trained.
 *
 * <p>An activation that lies at a rounding border takes one code or the next by the last bit of a
 * sum, and the last bit goes with the order of summation. One such flip flips thousands in later
 * layers and moves a gradient by up to an eighth. {@link #settle} finds the last bits that give
 * every image PyTorch's logits, hence its codes; with the same codes all else agrees to the
 * rounding of floats, so that nothing else can hide behind the flips.
 */
final class GoldenStudent implements AutoCloseable {
  /** Logits of the same codes differ by 5e-7 at most, of other codes by 5e-5 at least. */
  private static final double SAME_CODES = 5e-6;

  private static final int ATTEMPTS = 200;

  final Parameters parameters;
  final ActivationRanges ranges;
  private final Backend backend = new CpuBackend(2);
  private final Scope scope = new Scope(backend, "test");
  private final Parameters teacher;
  private final FakeQuantizer quantizer;
  private final float[] images;
  private final Tensor labels;
  private final Map<String, float[]> start;
  private final float rate;
  private final Sgd sgd;
  private Hooks lastBits;

  GoldenStudent(
      Network network, Weights weights, int bits, float[] images, int[] labels, float rate) {
    this.images = images;
    this.labels = scope.of(labels, labels.length);
    this.rate = rate;
    teacher = new Parameters(backend, network, weights, false);
    parameters = new Parameters(backend, network, weights, true);
    sgd = new Sgd(backend, parameters.trainable(), 0.9f, 1e-4f, true);
    start = new HashMap<>();
    weights.entries().forEach((name, entry) -> start.put(name, entry.values().clone()));
    ranges = new ActivationRanges(backend);
    BitPlan plan = BitPlan.uniform(network, new Bits(bits, bits));
    var weightRanges = new WeightRanges(teacher, plan, Granularity.CHANNEL, WeightRange.MINMAX);
    quantizer = new FakeQuantizer(plan, weightRanges, ranges, Gradient.STRAIGHT_THROUGH);
    // Plain minimum and maximum, as the golden files were made.
    var minMax = Presets.of("paper", Presets.Profile.CIFAR10).calibration();
    try (Tape tape = Tape.inference(backend)) {
      logits(tape, images, new RangeObserver(plan, quantizer, ranges, minMax));
    }
  }

  /** A pass as training makes it, which need not form its sums as inference does. */
  private float[] trainingLogits(float[] some, Hooks hooks) {
    try (Tape tape = new Tape(backend)) {
      return logits(tape, some, hooks);
    }
  }

  private float[] logits(Tape tape, float[] some, Hooks hooks) {
    Variable x = batch(tape, some);
    var result = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, hooks);
    return backend.memory().toArray(result.logits().value());
  }

  private Variable batch(Tape tape, float[] some) {
    Node.Input in = parameters.network().input();
    int n = some.length / (in.h() * in.w() * in.c());
    return Variable.constant(tape.scope().of(some, n, in.h(), in.w(), in.c()));
  }

  /** Brings every image to the logits {@code want}, for all that follows. */
  void settle(float[] want) {
    int n = labels.size();
    int classes = want.length / n;
    int[] streams = new int[n];
    List<Integer> open = IntStream.range(0, n).boxed().toList();
    for (int attempt = 0; attempt < ATTEMPTS && !open.isEmpty(); attempt++) {
      for (int image : open) {
        streams[image] = attempt;
      }
      int[] some = open.stream().mapToInt(i -> streams[i]).toArray();
      float[] got = trainingLogits(rows(images, open, images.length / n), new LastBits(some));
      float[] wanted = rows(want, open, classes);
      List<Integer> still = new ArrayList<>();
      for (int k = 0; k < some.length; k++) {
        float[] a = Arrays.copyOfRange(wanted, k * classes, (k + 1) * classes);
        float[] b = Arrays.copyOfRange(got, k * classes, (k + 1) * classes);
        if (Golden.distance(a, b) > SAME_CODES) {
          still.add(open.get(k));
        }
      }
      open = still;
    }
    assertEquals(List.of(), open, "images that no last bits bring to PyTorch's logits");
    lastBits = new LastBits(streams);
  }

  private static float[] rows(float[] matrix, List<Integer> which, int size) {
    float[] rows = new float[which.size() * size];
    for (int k = 0; k < which.size(); k++) {
      System.arraycopy(matrix, which.get(k) * size, rows, k * size, size);
    }
    return rows;
  }

  /**
   * Quantizes activations whose last three bits are changed, which stands for another order of
   * summation; stream 0 changes nothing.
   */
  private final class LastBits implements Hooks {
    private final int[] streams;

    LastBits(int[] streams) {
      this.streams = streams;
    }

    @Override
    public Variable weight(Tape tape, Node node, Variable weight) {
      return quantizer.weight(tape, node, weight);
    }

    @Override
    public boolean direct(Tape tape, Node.Conv node) {
      return quantizer.direct(tape, node);
    }

    @Override
    public Variable activation(Tape tape, Node.Activation node, Variable y) {
      float[] values = backend.memory().toArray(y.value());
      int size = values.length / streams.length;
      for (int i = 0; i < streams.length; i++) {
        SplittableRandom random = new SplittableRandom(streams[i] * 31L + node.name().hashCode());
        for (int j = i * size; streams[i] > 0 && j < (i + 1) * size; j++) {
          values[j] *= 1 + (random.nextInt(9) - 4) * 0x1p-23f;
        }
      }
      backend.memory().upload(values, 0, y.value());
      return quantizer.activation(tape, node, y);
    }
  }

  /** The loss, leaving its gradients. */
  float backward() {
    var loss = new DistillationLoss(Presets.of("paper", Presets.Profile.CIFAR10).fineTuning());
    sgd.zeroGrad();
    try (Tape tape = new Tape(backend)) {
      Variable x = batch(tape, images);
      var target = Forward.run(tape, teacher, x, Forward.Mode.EVALUATE, Hooks.NONE);
      var result = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, lastBits);
      Variable total =
          loss.apply(tape, target.logits().value(), target.features().value(), labels, result);
      tape.backward(total);
      return backend.memory().item(total.value());
    }
  }

  void update() {
    sgd.step(rate);
  }

  /** Of the last {@link #backward}, in PyTorch's layout. */
  float[] gradient(String name) {
    return Parameters.fromEngine(
        parameters.network().tensors().get(name),
        backend.memory().toArray(parameters.get(name).grad()));
  }

  /** How far training has moved a parameter. */
  float[] moved(String name, float[] to) {
    float[] from = start.get(name);
    float[] difference = new float[to.length];
    for (int i = 0; i < to.length; i++) {
      difference[i] = to[i] - from[i];
    }
    return difference;
  }

  float[] moved(String name) {
    return moved(name, parameters.download().get(name).values());
  }

  @Override
  public void close() {
    sgd.close();
    ranges.close();
    parameters.close();
    teacher.close();
    scope.close();
    backend.close();
  }
}
