package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.optim.Sgd;
import org.intraq.config.CalibrationConfig;
import org.intraq.config.Presets;
import org.intraq.config.QuantizerConfig.Gradient;
import org.intraq.config.QuantizerConfig.Granularity;
import org.intraq.config.QuantizerConfig.WeightRange;
import org.intraq.finetune.DistillationLoss;
import org.intraq.golden.Golden;
import org.intraq.golden.TestNetworks;
import org.intraq.models.file.TensorFile;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Hooks;
import org.intraq.models.net.Network;
import org.intraq.models.net.Parameters;
import org.intraq.models.net.Weights;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.DType;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Codes, calibration, logits and fine-tuning steps against PyTorch's values. */
final class QuantizedNetworkGoldenTest {
  /** Plain minimum and maximum, as the golden files were made. */
  private static CalibrationConfig minMax() {
    return Presets.of("paper", Presets.Profile.CIFAR10).calibration();
  }

  /** A student on its way: calibrated on one batch, then trained. */
  private static final class Student implements AutoCloseable {
    final Backend backend = new CpuBackend(2);
    final Scope scope = new Scope(backend, "test");
    final Parameters teacher;
    final Parameters parameters;
    final ActivationRanges ranges = new ActivationRanges(backend);
    final FakeQuantizer quantizer;
    final Tensor images;
    final Tensor labels;
    final float[] calibratedLogits;
    private final Sgd sgd;

    Student(Network network, Weights weights, int bits, float[] images, int[] labels, float rate) {
      teacher = new Parameters(backend, network, weights, false);
      parameters = new Parameters(backend, network, weights, true);
      BitPlan plan = BitPlan.uniform(network, new Bits(bits, bits));
      WeightRanges weightRanges =
          new WeightRanges(teacher, plan, Granularity.CHANNEL, WeightRange.MINMAX);
      quantizer = new FakeQuantizer(plan, weightRanges, ranges, Gradient.STRAIGHT_THROUGH);
      int n = labels.length;
      this.images = scope.of(images, n, 32, 32, 3);
      this.labels = scope.of(labels, n);
      calibratedLogits = logits(new RangeObserver(plan, quantizer, ranges, minMax()));
      sgd = new Sgd(backend, parameters.trainable(), 0.9f, 1e-4f, true);
      this.rate = rate;
    }

    private final float rate;

    float[] logits(Hooks hooks) {
      try (Tape tape = Tape.inference(backend)) {
        var x = Variable.constant(images);
        var result = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, hooks);
        return backend.memory().toArray(result.logits().value());
      }
    }

    /** One step of fine-tuning; gives the loss before it. */
    float step() {
      var loss = new DistillationLoss(Presets.of("paper", Presets.Profile.CIFAR10).fineTuning());
      sgd.zeroGrad();
      float value;
      try (Tape tape = new Tape(backend)) {
        Variable x = Variable.constant(images);
        var target = Forward.run(tape, teacher, x, Forward.Mode.EVALUATE, Hooks.NONE);
        var result = Forward.run(tape, parameters, x, Forward.Mode.EVALUATE, quantizer);
        Variable total =
            loss.apply(tape, target.logits().value(), target.features().value(), labels, result);
        tape.backward(total);
        value = backend.memory().item(total.value());
      }
      return value;
    }

    void update() {
      sgd.step(rate);
    }

    float[] gradient(String name) {
      return Parameters.fromEngine(
          parameters.network().tensors().get(name),
          backend.memory().toArray(parameters.get(name).grad()));
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

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8})
  void formulaWeights(int bits) {
    TensorFile golden = Golden.resource("method.safetensors");
    Network network = Zoo.get("resnet20_cifar10").network();
    float[] images = new float[16 * 3072];
    for (int i = 0; i < images.length; i++) {
      images[i] = (float) (4 * Golden.r(2000, i));
    }
    int[] labels = new int[16];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = i % 10;
    }
    String w = "w" + bits + "a" + bits + ".";
    Weights weights = Golden.formula("resnet20_cifar10", 0.5);
    try (Student student =
        new Student(network, weights, bits, Golden.nhwc(images, 16, 3, 32, 32), labels, 1e-4f)) {
      List<Float> ends = new ArrayList<>();
      student.ranges.all().values().forEach(r -> ends.addAll(List.of(r.lo(), r.hi())));
      float[] got = new float[ends.size()];
      for (int i = 0; i < got.length; i++) {
        got[i] = ends.get(i);
      }
      // A value at a rounding border takes the neighbouring code after another order of summation;
      // later layers then differ by parts of a step, which is coarse at few bits.
      double flips = bits <= 3 ? 2e-2 : 5e-3;
      Golden.assertNear("ranges", golden.tensor(w + "ranges").toFloats(), got, flips);
      Golden.assertNear(
          "logits", golden.tensor(w + "logits").toFloats(), student.calibratedLogits, flips);

      float[] losses = golden.tensor(w + "loss3").toFloats();
      assertEquals(losses[0], student.step(), Math.abs(losses[0]) * 0.05, "loss of step 1");
      double[] norms = golden.tensor(w + "gradnorms").toDoubles();
      List<String> names = trainable(network);
      float[] wantNorms = new float[names.size()];
      float[] gotNorms = new float[names.size()];
      for (int i = 0; i < wantNorms.length; i++) {
        wantNorms[i] = (float) norms[i];
        gotNorms[i] = norm(student.gradient(names.get(i)));
      }
      Golden.assertNear("gradient norms", wantNorms, gotNorms, 0.1);
      for (String name : List.of("output.weight", "features.init_block.conv.weight")) {
        float[] want = golden.tensor(w + "grad." + name).toFloats();
        // The gradient is that of a small difference of logits, which flips change most at 8 bits.
        Golden.assertNear("gradient of " + name, want, student.gradient(name), 0.2);
      }
      student.update();
      assertEquals(losses[1], student.step(), Math.abs(losses[1]) * 0.1, "loss of step 2");
      student.update();
      assertEquals(losses[2], student.step(), Math.abs(losses[2]) * 0.1, "loss of step 3");
      student.update();
      Golden.assertNear(
          "output.weight after three steps",
          golden.tensor(w + "after3.output.weight").toFloats(),
          student.parameters.download().get("output.weight").values(),
          2e-2);
    }
  }

  /**
   * An activation at a rounding border takes the neighbouring code after another order of
   * summation, which moves the logits of its image; most images have none.
   */
  private static void assertMostRowsAgree(float[] want, float[] got, int classes) {
    int agree = 0;
    int rows = want.length / classes;
    for (int r = 0; r < rows; r++) {
      boolean same = true;
      for (int c = r * classes; c < (r + 1) * classes; c++) {
        same &= Math.abs(want[c] - got[c]) <= 1e-3 * (1 + Math.abs(want[c]));
      }
      agree += same ? 1 : 0;
    }
    assertTrue(agree >= rows / 2, agree + " of " + rows + " rows of logits agree");
    Golden.assertNear("logits", want, got, 5e-2);
  }

  private static List<String> trainable(Network network) {
    return network.tensors().keySet().stream().filter(n -> !n.contains(".running_")).toList();
  }

  private static float norm(float[] values) {
    double sum = 0;
    for (float v : values) {
      sum += (double) v * v;
    }
    return (float) Math.sqrt(sum);
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8})
  void codesOfFormulaWeights(int bits) {
    String name = "features.stage2.unit1.body.conv1.conv.weight";
    byte[] want =
        Golden.resource("method.safetensors").tensor("codes.w" + bits + "." + name).toBytes();
    var entry = Golden.formula("resnet20_cifar10", 0.5).get(name);
    assertArrayEquals(want, codes(entry.shape(), entry.values(), bits));
  }

  /** Codes by output channel in PyTorch's layout. */
  private static byte[] codes(int[] shape, float[] values, int bits) {
    try (Backend backend = new CpuBackend(2);
        Scope scope = new Scope(backend, "test")) {
      Tensor weight = scope.of(Parameters.toEngine(shape, values), Parameters.engineShape(shape));
      Tensor range = scope.f32(2, shape[0]);
      backend.reduction().minMaxChannels(weight, range);
      Tensor codes = scope.allocate(DType.S8, Shape.of(Parameters.engineShape(shape)));
      backend.quantize().codesChannels(weight, range, bits, codes);
      byte[] engine = new byte[codes.size()];
      backend.memory().download(codes, engine, 0);
      float[] wide = new float[engine.length];
      for (int i = 0; i < wide.length; i++) {
        wide[i] = engine[i];
      }
      float[] torch = Parameters.fromEngine(shape, wide);
      byte[] result = new byte[torch.length];
      for (int i = 0; i < result.length; i++) {
        result[i] = (byte) torch[i];
      }
      return result;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 8})
  void quantizerGolden(int bits) {
    TensorFile golden = Golden.shared("golden/quantizer.safetensors");
    for (String name :
        List.of(
            "conv1.weight", "layer1.0.conv1.weight", "layer3.2.conv2.weight", "linear.weight")) {
      var weight = golden.tensor(name);
      byte[] want = golden.tensor(name + ".w" + bits + ".codes").toBytes();
      assertArrayEquals(want, codes(weight.shape(), weight.toFloats(), bits), name);
    }
    try (Backend backend = new CpuBackend(2);
        Scope scope = new Scope(backend, "test")) {
      float[] x = golden.tensor("act").toFloats();
      Tensor codes = scope.allocate(DType.S8, Shape.of(x.length));
      Tensor range = scope.of(golden.tensor("act.range").toFloats(), 2);
      backend.quantize().codes(scope.of(x, x.length), range, bits, codes);
      byte[] got = new byte[x.length];
      backend.memory().download(codes, got, 0);
      assertArrayEquals(golden.tensor("act.a" + bits + ".codes").toBytes(), got);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 4})
  void realWeights(int bits) {
    TensorFile golden = Golden.shared("golden/finetune_w" + bits + "a" + bits + ".safetensors");
    Network network = TestNetworks.akamaster();
    Weights weights =
        Golden.weights(network, Golden.shared("weights/resnet20_cifar10_akamaster.safetensors"));
    var byName = golden.byName();
    float[] images = golden.tensor("input").toFloats();
    int n = images.length / 3072;
    long[] wide = golden.tensor("labels").toLongs();
    int[] labels = new int[n];
    for (int i = 0; i < n; i++) {
      labels[i] = (int) wide[i];
    }
    try (Student student =
        new Student(network, weights, bits, Golden.nhwc(images, n, 3, 32, 32), labels, 1e-6f)) {
      for (String activation : List.copyOf(student.ranges.all().keySet())) {
        String name = "range." + (activation.equals("relu1") ? "relu" : activation);
        float[] want = golden.tensor(name).toFloats();
        var got = student.ranges.all().get(activation);
        assertEquals(want[1], got.hi(), want[1] * 2e-2, name);
        student.ranges.put(activation, new ActivationRanges.Range(want[0], want[1]));
      }
      assertMostRowsAgree(
          golden.tensor("logits").toFloats(), student.logits(student.quantizer), 10);
      float[] losses = golden.tensor("loss").toFloats();
      for (int step = 0; step < 3; step++) {
        assertEquals(losses[step], student.step(), losses[step] * 0.05, "loss " + step);
        if (step == 0) {
          for (String name : trainable(network)) {
            Golden.assertNear(
                "gradient of " + name,
                byName.get("grad." + name).toFloats(),
                student.gradient(name),
                0.15);
          }
        }
        student.update();
      }
      Weights after = student.parameters.download();
      for (String name : trainable(network)) {
        float[] want = byName.get("after3." + name).toFloats();
        Golden.assertNear(name + " after three steps", want, after.get(name).values(), 1e-2);
      }
    }
  }

  @Test
  void releasedRangeTracker() {
    TensorFile golden = Golden.resource("range_tracker.safetensors");
    float[] batches = golden.tensor("batch_max").toFloats();
    float[] tracked = golden.tensor("tracked").toFloats();
    var average = new RangeAverage.Released(0.9);
    for (int i = 0; i < batches.length; i++) {
      assertEquals(
          tracked[i], average.update(batches[i]), Math.abs(tracked[i]) * 1e-4, "step " + i);
    }
  }
}
