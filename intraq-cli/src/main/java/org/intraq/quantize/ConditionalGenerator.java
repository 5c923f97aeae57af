package org.intraq.quantize;

import java.util.ArrayList;
import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.Add;
import org.intraq.autograd.ops.AddBias;
import org.intraq.autograd.ops.BatchNorm;
import org.intraq.autograd.ops.Conv2d;
import org.intraq.autograd.ops.CropResizeFlip;
import org.intraq.autograd.ops.CrossEntropy;
import org.intraq.autograd.ops.MatMul;
import org.intraq.autograd.ops.Multiply;
import org.intraq.autograd.ops.Relu;
import org.intraq.autograd.ops.Reshape;
import org.intraq.autograd.ops.ScaleShift;
import org.intraq.autograd.ops.Sum;
import org.intraq.autograd.optim.Adam;
import org.intraq.config.CalibrationConfig;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Node;
import org.intraq.models.net.Parameters;
import org.intraq.synthesis.BatchNormStatisticsLoss;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.random.PhiloxRandom;

/**
 * A small generator of images of a given class, trained against the pre-trained network; while it
 * trains, every batch calibrates the quantized network, as the released program has it.
 *
 * <pre>
 *   noise [N, 100] * embedding of the class  ->  linear  ->  [N, H/4, W/4, 128]  ->  BatchNorm
 *   twice as large  ->  3x3, 128  ->  BatchNorm, leaky ReLU
 *   twice as large  ->  3x3, 64   ->  BatchNorm, leaky ReLU
 *   3x3 to the image's channels  ->  BatchNorm without scale and shift
 * </pre>
 *
 * <p>Loss: cross-entropy with the class + 0.1 BatchNorm statistics loss. Enlarging is bilinear.
 * Source: after Xu et al., Generative Low-bitwidth Data Free Quantization, 2020 (the shape of the
 * generator and its losses).
 */
public final class ConditionalGenerator implements AutoCloseable {
  private static final int WIDE = 128;
  private static final int NARROW = 64;
  private static final int SHRINK = 4;
  private static final float LEAK = 0.2f;
  private static final float EPS = 1e-5f;
  private static final long WEIGHTS = -1;

  private final Backend backend;
  private final Scope scope;
  private final Node.Input in;
  private final int latent;
  private final List<Variable> parameters = new ArrayList<>();
  private final PhiloxRandom init;
  private final Variable embedding;
  private final Variable project;
  private final Variable projectBias;
  private final Variable[] convolutions;
  private final Variable[] gammas;
  private final Variable[] betas;

  private ConditionalGenerator(
      Backend backend, Node.Input in, int classes, int latent, PhiloxRandom random) {
    this.backend = backend;
    this.scope = new Scope(backend, "generator");
    this.in = in;
    this.latent = latent;
    this.init = random.child(WEIGHTS);
    int cells = Math.ceilDiv(in.h(), SHRINK) * Math.ceilDiv(in.w(), SHRINK) * WIDE;
    embedding = normal("embedding", 1f, classes, latent);
    project = normal("project", deviation(latent), latent, cells);
    projectBias = filled("project.bias", 0f, cells);
    convolutions =
        new Variable[] {
          normal("conv1", deviation(9 * WIDE), 3, 3, WIDE, WIDE),
          normal("conv2", deviation(9 * WIDE), 3, 3, WIDE, NARROW),
          normal("conv3", deviation(9 * NARROW), 3, 3, NARROW, in.c())
        };
    int[] widths = {WIDE, WIDE, NARROW};
    gammas = new Variable[widths.length];
    betas = new Variable[widths.length];
    for (int i = 0; i < widths.length; i++) {
      gammas[i] = filled("gamma" + i, 1f, widths[i]);
      betas[i] = filled("beta" + i, 0f, widths[i]);
    }
  }

  private static float deviation(int fanIn) {
    return (float) Math.sqrt(2.0 / fanIn);
  }

  private Variable normal(String name, float deviation, int... extents) {
    Tensor value = scope.f32(extents);
    long key = init.child(parameters.size()).key();
    backend.random().normal(key, 0, 0f, deviation, value);
    return parameter(name, value);
  }

  private Variable filled(String name, float value, int... extents) {
    Tensor tensor = scope.f32(extents);
    backend.memory().fill(tensor, value);
    return parameter(name, tensor);
  }

  private Variable parameter(String name, Tensor value) {
    Variable p = Variable.parameter(name, value, scope);
    parameters.add(p);
    return p;
  }

  /** Trains a generator and sets the activation ranges of {@code network} on its images. */
  public static void calibrate(
      Parameters teacher, QuantizedNetwork network, CalibrationConfig config, PhiloxRandom random) {
    var g = config.generator();
    var a = g.adam();
    Backend backend = teacher.scope().backend();
    var statistics = new BatchNormStatisticsLoss(teacher);
    var observer =
        new RangeObserver(network.plan(), network.quantizer(), network.activationRanges(), config);
    int classes = teacher.network().classes();
    try (ConditionalGenerator generator =
            new ConditionalGenerator(
                backend, teacher.network().input(), classes, g.latent(), random);
        Adam adam =
            new Adam(
                backend,
                generator.parameters,
                (float) a.beta1(),
                (float) a.beta2(),
                (float) a.eps())) {
      for (int step = 0; step < g.epochs() * g.steps(); step++) {
        adam.zeroGrad();
        try (Tape tape = new Tape(backend)) {
          PhiloxRandom draws = random.child(step);
          int[] labels = new int[g.batch()];
          for (int i = 0; i < labels.length; i++) {
            labels[i] = draws.nextInt(classes);
          }
          Variable images = tape.retain(generator.images(tape, labels, draws));
          var result = Forward.run(tape, teacher, images, Forward.Mode.EVALUATE, statistics);
          tape.backward(loss(tape, statistics, result, labels, g.statisticsWeight()));
          adam.step((float) a.rate());
          observe(backend, network, images.value(), observer);
        }
      }
    }
  }

  private static Variable loss(
      Tape tape,
      BatchNormStatisticsLoss statistics,
      Forward.Result result,
      int[] labels,
      double weight) {
    Tensor wanted = tape.scope().of(labels, labels.length);
    Variable right = Sum.mean(tape, CrossEntropy.apply(tape, result.logits(), wanted, 0f));
    var bns = statistics.apply(tape, result);
    Variable both = Add.apply(tape, bns.mean(), bns.variance());
    return Add.apply(tape, right, ScaleShift.apply(tape, (float) weight, both, 0f));
  }

  private static void observe(
      Backend backend, QuantizedNetwork network, Tensor images, RangeObserver observer) {
    try (Tape tape = Tape.inference(backend)) {
      Forward.run(
          tape, network.parameters(), Variable.constant(images), Forward.Mode.EVALUATE, observer);
    }
  }

  private Variable images(Tape tape, int[] labels, PhiloxRandom draws) {
    int n = labels.length;
    Tensor noise = tape.empty(n, latent);
    backend.random().normal(draws.child(0).key(), 0, 0f, 1f, noise);
    float[] oneHot = new float[n * embedding.value().extent(0)];
    for (int i = 0; i < n; i++) {
      oneHot[i * embedding.value().extent(0) + labels[i]] = 1f;
    }
    Tensor selector = tape.scope().of(oneHot, n, embedding.value().extent(0));
    Variable chosen = MatMul.apply(tape, Variable.constant(selector), embedding);
    Variable z = Multiply.apply(tape, chosen, Variable.constant(noise));
    Variable x = AddBias.apply(tape, MatMul.apply(tape, z, project), projectBias);
    int h = Math.ceilDiv(in.h(), SHRINK);
    int w = Math.ceilDiv(in.w(), SHRINK);
    x = normalize(tape, Reshape.apply(tape, x, n, h, w, WIDE), gammas[0], betas[0]);
    x = enlarge(tape, x, Math.ceilDiv(in.h(), 2), Math.ceilDiv(in.w(), 2));
    x = convolve(tape, x, convolutions[0]);
    x = leaky(tape, normalize(tape, x, gammas[1], betas[1]));
    x = convolve(tape, enlarge(tape, x, in.h(), in.w()), convolutions[1]);
    x = leaky(tape, normalize(tape, x, gammas[2], betas[2]));
    x = convolve(tape, x, convolutions[2]);
    Tensor one = tape.empty(in.c());
    Tensor zero = tape.empty(in.c());
    backend.memory().fill(one, 1f);
    backend.memory().fill(zero, 0f);
    return normalize(tape, x, Variable.constant(one), Variable.constant(zero));
  }

  private static Variable normalize(Tape tape, Variable x, Variable gamma, Variable beta) {
    int channels = x.value().extent(-1);
    return BatchNorm.train(tape, x, gamma, beta, EPS, tape.empty(channels), tape.empty(channels));
  }

  /** max(x, 0) + 0.2 min(x, 0) = 0.8 max(x, 0) + 0.2 x. */
  private static Variable leaky(Tape tape, Variable x) {
    Variable rectified = ScaleShift.apply(tape, 1f - LEAK, Relu.apply(tape, x), 0f);
    return Add.apply(tape, rectified, ScaleShift.apply(tape, LEAK, x, 0f));
  }

  private static Variable enlarge(Tape tape, Variable x, int h, int w) {
    int n = x.value().extent(0);
    int[] boxes = new int[4 * n];
    for (int i = 0; i < n; i++) {
      boxes[4 * i + 2] = x.value().extent(1);
      boxes[4 * i + 3] = x.value().extent(2);
    }
    Scope s = tape.scope();
    return CropResizeFlip.apply(tape, x, s.of(boxes, n, 4), s.of(new int[n], n), h, w);
  }

  private static Variable convolve(Tape tape, Variable x, Variable weight) {
    Tensor v = x.value();
    Conv2dShape shape =
        new Conv2dShape(
            v.extent(0),
            v.extent(1),
            v.extent(2),
            v.extent(3),
            weight.value().extent(-1),
            3,
            3,
            1,
            1,
            1,
            1,
            1,
            1,
            1,
            1,
            1);
    return Conv2d.apply(tape, shape, x, weight);
  }

  @Override
  public void close() {
    scope.close();
  }
}
