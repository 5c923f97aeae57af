package org.intraq.autograd.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.intraq.autograd.GradientCheck;
import org.intraq.autograd.GradientCheck.Input;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.tensor.Shape;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.pool.Pool2dShape;

/**
 * One row for each differentiable operation: sample inputs, the operation, its value by plain
 * loops. Every row is tested forwards against the loops, by a gradient check, and on every other
 * backend against the CPU.
 */
public final class OperationCatalogue {
  /** The value of an operation by its definition, on host arrays. */
  @FunctionalInterface
  public interface Definition {
    /** The expected output. */
    double[] apply(List<float[]> inputs);
  }

  /**
   * A row.
   *
   * @param step of the gradient check
   * @param tolerance of the gradient check
   */
  public record Sample(
      String name,
      List<Input> inputs,
      GradientCheck.Function operation,
      Definition definition,
      float step,
      double tolerance) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final SplittableRandom RANDOM = new SplittableRandom(20_260_101);
  private static final float STEP = 1f / 64;

  private OperationCatalogue() {}

  /** All rows. */
  public static List<Sample> rows() {
    List<Sample> rows = new ArrayList<>();
    elementwise(rows);
    products(rows);
    normalization(rows);
    blocks(rows);
    convBlocks(rows);
    pooling(rows);
    reductions(rows);
    losses(rows);
    images(rows);
    return rows;
  }

  private static void elementwise(List<Sample> rows) {
    add(
        rows,
        "Add",
        in(2, 3, 5).and(2, 3, 5),
        (t, v) -> Add.apply(t, v.get(0), v.get(1)),
        x -> zip(x.get(0), x.get(1), (a, b) -> a + b));
    add(
        rows,
        "Add to itself",
        in(7),
        (t, v) -> Add.apply(t, v.get(0), v.get(0)),
        x -> zip(x.get(0), x.get(0), (a, b) -> a + b));
    add(
        rows,
        "Subtract",
        in(17).and(17),
        (t, v) -> Subtract.apply(t, v.get(0), v.get(1)),
        x -> zip(x.get(0), x.get(1), (a, b) -> a - b));
    add(
        rows,
        "Multiply",
        in(3, 11).and(3, 11),
        (t, v) -> Multiply.apply(t, v.get(0), v.get(1)),
        x -> zip(x.get(0), x.get(1), (a, b) -> a * b));
    add(
        rows,
        "ScaleShift",
        in(19),
        (t, v) -> ScaleShift.apply(t, -2.5f, v.get(0), 0.75f),
        x -> zip(x.get(0), x.get(0), (a, b) -> -2.5 * a + 0.75));
    add(
        rows,
        "Relu",
        away(0, 2, 3, 3, 5),
        (t, v) -> Relu.apply(t, v.get(0)),
        x -> zip(x.get(0), x.get(0), (a, b) -> Math.max(a, 0)));
    add(
        rows,
        "Relu6",
        in(4, 33).scaledLast(6).awayFrom(0, 6),
        (t, v) -> Relu.apply(t, v.get(0), 6f),
        x -> zip(x.get(0), x.get(0), (a, b) -> Math.min(Math.max(a, 0), 6)));
    add(
        rows,
        "AddRelu",
        away(0, 41).and(41).scaledLast(0.05f),
        (t, v) -> AddRelu.apply(t, v.get(0), v.get(1), Float.POSITIVE_INFINITY),
        x -> zip(x.get(0), x.get(1), (a, b) -> Math.max(a + b, 0)));
    add(
        rows,
        "Reshape",
        in(2, 6),
        (t, v) -> Reshape.apply(t, v.get(0), 3, 4),
        x -> zip(x.get(0), x.get(0), (a, b) -> a));
    add(
        rows,
        "Row",
        in(3, 5),
        (t, v) -> Row.apply(t, v.get(0), 0),
        x -> java.util.Arrays.copyOf(zip(x.get(0), x.get(0), (a, b) -> a), 5));
  }

  private static void products(List<Sample> rows) {
    add(
        rows,
        "MatMul",
        in(5, 7).and(7, 3),
        (t, v) -> MatMul.apply(t, v.get(0), v.get(1)),
        x -> Definitions.matMul(x.get(0), x.get(1), 5, 7, 3));
    add(
        rows,
        "AddBias",
        in(2, 3, 2, 5).and(5),
        (t, v) -> AddBias.apply(t, v.get(0), v.get(1)),
        x -> Definitions.channel(x.get(0), x.get(1), null));
    conv(rows, "Conv2d 3x3", Conv2dShape.of(2, 6, 5, 3, 4, 3, 1, 1));
    conv(rows, "Conv2d 1x1", Conv2dShape.of(2, 4, 4, 5, 7, 1, 1, 0));
    conv(rows, "Conv2d 3x3 stride 2", Conv2dShape.of(1, 7, 8, 4, 4, 3, 2, 1));
    conv(rows, "Conv2d odd", new Conv2dShape(2, 7, 6, 4, 6, 3, 2, 2, 1, 0, 1, 2, 0, 1, 2, 2));
    conv(rows, "Conv2d depthwise", Conv2dShape.depthwise(2, 5, 6, 9, 3, 1, 1));
    conv(
        rows,
        "Conv2d depthwise stride 2",
        new Conv2dShape(1, 6, 6, 5, 5, 3, 3, 2, 2, 0, 0, 1, 1, 1, 1, 5));
  }

  private static void conv(List<Sample> rows, String name, Conv2dShape s) {
    add(
        rows,
        name,
        in(s.n(), s.h(), s.w(), s.ic()).and(s.kh(), s.kw(), s.icPerGroup(), s.oc()),
        (t, v) -> Conv2d.apply(t, s, v.get(0), v.get(1)),
        x -> Definitions.conv(s, x.get(0), x.get(1)));
  }

  private static void normalization(List<Sample> rows) {
    add(
        rows,
        "BatchMoments",
        in(3, 2, 2, 5),
        (t, v) -> BatchMoments.apply(t, v.get(0)),
        x -> Definitions.moments(x.get(0), 5));
    add(
        rows,
        "ChannelAffine",
        in(2, 3, 3, 6).and(6).and(6),
        (t, v) -> ChannelAffine.apply(t, v.get(0), v.get(1), v.get(2)),
        x -> Definitions.channel(x.get(0), x.get(2), x.get(1)));
    float[] mean = {0.5f, -0.25f, 0.1f};
    float[] variance = {0.5f, 1.5f, 1e-9f};
    add(
        rows,
        "BatchNorm evaluate",
        in(2, 2, 3, 3).and(3).and(3),
        (t, v) ->
            BatchNorm.evaluate(
                t,
                v.get(0),
                v.get(1),
                v.get(2),
                t.scope().of(mean, 3),
                t.scope().of(variance, 3),
                1e-3f),
        x -> Definitions.batchNorm(x.get(0), x.get(1), x.get(2), mean, variance, 1e-3));
    add(
        rows,
        "BatchNorm train",
        in(4, 3, 3, 3).and(3).and(3),
        (t, v) -> BatchNorm.train(t, v.get(0), v.get(1), v.get(2), 1e-3f, t.empty(3), t.empty(3)),
        x -> Definitions.batchNormTrain(x.get(0), x.get(1), x.get(2), 1e-3));
  }

  /**
   * Each row's value must stay away from the kinks of the rectifier: the residual decides the sign.
   */
  private static void blocks(List<Sample> rows) {
    for (boolean withResidual : new boolean[] {false, true}) {
      String name = withResidual ? " with residual" : "";
      Samples inputs =
          in(3, 2, 3, 4)
              .awayFrom(0)
              .and(4)
              .scaledLast(0.02f)
              .shiftedLast(1)
              .and(4)
              .scaledLast(0.01f);
      Samples forms = withResidual ? inputs.and(3, 2, 3, 4).scaledLast(0.01f) : inputs;
      add(
          rows,
          "NormReluEvaluate" + name,
          forms,
          (t, v) ->
              NormReluEvaluate.apply(
                      t, v.get(0), v.get(1), v.get(2), withResidual ? v.get(3) : null, 6f, false)
                  .y(),
          x ->
              Definitions.map(
                  Definitions.add(
                      Definitions.channel(x.get(0), x.get(2), x.get(1)),
                      withResidual ? x.get(3) : null),
                  y -> Math.min(Math.max(y, 0), 6)));
      Samples train =
          in(6, 2, 3, 3).bimodal().and(3).scaledLast(0.1f).shiftedLast(1).and(3).scaledLast(0.05f);
      Samples trainForms = withResidual ? train.and(6, 2, 3, 3).scaledLast(0.1f) : train;
      add(
          rows,
          "NormReluTrain" + name,
          trainForms,
          (t, v) ->
              NormReluTrain.apply(
                  t,
                  v.get(0),
                  v.get(1),
                  v.get(2),
                  1e-3f,
                  withResidual ? v.get(3) : null,
                  Float.POSITIVE_INFINITY,
                  t.empty(3),
                  t.empty(3)),
          x ->
              Definitions.map(
                  Definitions.add(
                      Definitions.batchNormTrain(x.get(0), x.get(1), x.get(2), 1e-3),
                      withResidual ? x.get(3) : null),
                  y -> Math.max(y, 0)));
    }
    add(
        rows,
        "NormReluEvaluate, moments alone",
        in(3, 2, 3, 4).and(4).and(4),
        (t, v) -> NormReluEvaluate.apply(t, v.get(0), v.get(1), v.get(2), null, 6f, true).moments(),
        x -> Definitions.moments(x.get(0), 4),
        1);
    add(
        rows,
        "NormReluEvaluate, both outputs",
        in(3, 2, 3, 4).awayFrom(0).and(4).scaledLast(0.02f).shiftedLast(1).and(4).scaledLast(0.01f),
        (t, v) -> {
          var r = NormReluEvaluate.apply(t, v.get(0), v.get(1), v.get(2), null, 6f, true);
          return Add.apply(
              t, Sum.apply(t, r.y()), Sum.apply(t, Multiply.apply(t, r.moments(), r.moments())));
        },
        x ->
            new double[] {
              java.util.Arrays.stream(Definitions.channel(x.get(0), x.get(2), x.get(1)))
                      .map(y -> Math.max(y, 0))
                      .sum()
                  + java.util.Arrays.stream(Definitions.moments(x.get(0), 4)).map(m -> m * m).sum()
            });
  }

  /** The shifts, near 1 and near -1, keep every channel on its side of the kink. */
  private static void convBlocks(List<Sample> rows) {
    List<Conv2dShape> shapes =
        List.of(
            Conv2dShape.of(2, 5, 4, 3, 4, 3, 1, 1),
            Conv2dShape.of(2, 3, 4, 5, 4, 1, 1, 0),
            Conv2dShape.of(2, 6, 5, 3, 4, 3, 2, 1),
            Conv2dShape.depthwise(2, 5, 4, 4, 3, 1, 1));
    for (Conv2dShape s : shapes) {
      for (boolean rectified : new boolean[] {true, false}) {
        for (boolean residual : new boolean[] {true, false}) {
          convBlock(rows, s, rectified, residual);
        }
      }
    }
  }

  private static void convBlock(
      List<Sample> rows, Conv2dShape s, boolean rectified, boolean residual) {
    Samples inputs =
        in(s.n(), s.h(), s.w(), s.ic())
            .and(s.kh(), s.kw(), s.icPerGroup(), s.oc())
            .and(s.oc())
            .scaledLast(0.05f)
            .and(s.oc())
            .bimodal();
    String name =
        (s.isDepthwise() ? "depthwise" : s.kh() + "x" + s.kw() + " stride " + s.strideH())
            + (rectified ? ", rectified" : "")
            + (residual ? ", residual" : "");
    Samples forms =
        residual ? inputs.and(s.n(), s.outH(), s.outW(), s.oc()).scaledLast(0.1f) : inputs;
    Definition y =
        x -> {
          double[] z = Definitions.conv(s, x.get(0), x.get(1));
          double[] mapped = Definitions.channel(floats(z), x.get(3), x.get(2));
          double[] sum = Definitions.add(mapped, residual ? x.get(4) : null);
          return rectified ? Definitions.map(sum, v -> Math.min(Math.max(v, 0), 6)) : sum;
        };
    add(rows, "ConvNorm " + name, forms, (t, v) -> convNorm(t, v, s, rectified, false).y(), y);
    add(
        rows,
        "ConvNorm " + name + ", both outputs",
        forms,
        (t, v) -> {
          var r = convNorm(t, v, s, rectified, true);
          return Add.apply(
              t, Sum.apply(t, r.y()), Sum.apply(t, Multiply.apply(t, r.moments(), r.moments())));
        },
        x -> {
          double[] z = Definitions.conv(s, x.get(0), x.get(1));
          double[] moments = Definitions.moments(floats(z), s.oc());
          double sum = java.util.Arrays.stream(y.apply(x)).sum();
          return new double[] {sum + java.util.Arrays.stream(moments).map(m -> m * m).sum()};
        });
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  /** With the weights laid out by the backend wherever they want no gradient. */
  private static ConvNorm.Result convNorm(
      Tape t, List<Variable> v, Conv2dShape s, boolean rectified, boolean moments) {
    Variable w = v.get(1);
    var frozen = w.requiresGrad() ? null : t.backend().fusedConvolution().freeze(s, w.value());
    Variable residual = v.size() > 4 ? v.get(4) : null;
    return ConvNorm.apply(
        t,
        s,
        new ConvNorm.Inputs(v.get(0), w, frozen, v.get(2), v.get(3), residual),
        rectified ? ConvNorm.Rectifier.of(6f) : ConvNorm.Rectifier.NONE,
        moments);
  }

  private static void pooling(List<Sample> rows) {
    Pool2dShape max = Pool2dShape.of(2, 7, 6, 3, 3, 2, 1);
    add(
        rows,
        "MaxPool",
        distinct(2, 7, 6, 3),
        (t, v) -> MaxPool.apply(t, max, v.get(0)),
        x -> Definitions.maxPool(max, x.get(0)));
    Pool2dShape mean = new Pool2dShape(2, 5, 6, 4, 2, 3, 2, 1, 0, 1, 1, 1);
    for (boolean count : new boolean[] {true, false}) {
      add(
          rows,
          "AveragePool, padding " + (count ? "counted" : "not counted"),
          in(2, 5, 6, 4),
          (t, v) -> AveragePool.apply(t, mean, count, v.get(0)),
          x -> Definitions.averagePool(mean, count, x.get(0)));
    }
    add(
        rows,
        "GlobalAverage",
        in(3, 4, 5, 7),
        (t, v) -> GlobalAverage.apply(t, v.get(0)),
        x ->
            Definitions.averagePool(
                new Pool2dShape(3, 4, 5, 7, 4, 5, 1, 1, 0, 0, 0, 0), true, x.get(0)));
    add(
        rows,
        "Subsample",
        in(2, 5, 4, 3),
        (t, v) -> Subsample.apply(t, v.get(0), 2, 8, 2),
        x -> Definitions.subsample(x.get(0), 2, 5, 4, 3, 2, 8, 2));
  }

  private static void reductions(List<Sample> rows) {
    add(
        rows,
        "Sum",
        in(4, 9),
        (t, v) -> Sum.apply(t, v.get(0)),
        x -> new double[] {Definitions.sum(x.get(0))});
    add(
        rows,
        "Mean",
        in(37),
        (t, v) -> Sum.mean(t, v.get(0)),
        x -> new double[] {Definitions.sum(x.get(0)) / 37});
    add(
        rows,
        "WeightedSum",
        in(3).and(3).constantLast(),
        (t, v) -> WeightedSum.apply(t, v.get(0), v.get(1).value()),
        x -> new double[] {Definitions.sum(x.get(0), x.get(1))});
    float[] target = {1, -0.5f, 0.25f, 2, 0};
    add(
        rows,
        "MeanSquaredError",
        in(5),
        (t, v) -> MeanSquaredError.apply(t, v.get(0), t.scope().of(target, 5)),
        x -> new double[] {Definitions.meanSquaredError(x.get(0), target)});
  }

  private static void losses(List<Sample> rows) {
    int[] labels = {2, 0, 4, 1};
    add(
        rows,
        "Softmax",
        in(4, 5).scaledLast(3),
        (t, v) -> Softmax.apply(t, v.get(0)),
        x -> Definitions.softmax(x.get(0), 5, 1));
    add(
        rows,
        "LogSoftmax",
        in(4, 5).scaledLast(3),
        (t, v) -> LogSoftmax.apply(t, v.get(0)),
        x -> Definitions.map(Definitions.softmax(x.get(0), 5, 1), Math::log));
    for (float smoothing : new float[] {0f, 0.1f}) {
      add(
          rows,
          "CrossEntropy, smoothing " + smoothing,
          in(4, 5).scaledLast(3),
          (t, v) -> CrossEntropy.apply(t, v.get(0), t.scope().of(labels, 4), smoothing),
          x -> Definitions.crossEntropy(x.get(0), 5, labels, smoothing));
    }
    add(
        rows,
        "KlDivergence",
        in(4, 5).scaledLast(4).constantLast().and(4, 5),
        (t, v) -> KlDivergence.apply(t, v.get(0).value(), v.get(1), 2f),
        x -> Definitions.klDivergence(x.get(0), x.get(1), 5, 2));
    add(
        rows,
        "Pick",
        in(4, 5),
        (t, v) -> Pick.apply(t, v.get(0), t.scope().of(labels, 4)),
        x -> Definitions.pick(x.get(0), 5, labels));
    add(
        rows,
        "L2Normalize",
        in(4, 5),
        (t, v) -> L2Normalize.apply(t, v.get(0), 1e-8f),
        x -> Definitions.l2Normalize(x.get(0), 5));
    add(
        rows,
        "CosineSimilarity",
        in(4, 5).and(4, 5),
        (t, v) -> CosineSimilarity.apply(t, v.get(0), v.get(1), 1e-8f),
        x -> Definitions.cosine(x.get(0), x.get(1), 5));
  }

  private static void images(List<Sample> rows) {
    int[] boxes = {0, 0, 6, 5, 1, 2, 3, 2, 2, 0, 4, 5};
    int[] flip = {0, 1, 0};
    add(
        rows,
        "CropResizeFlip",
        in(3, 6, 5, 2),
        (t, v) ->
            CropResizeFlip.apply(
                t, v.get(0), t.scope().of(boxes, 3, 4), t.scope().of(flip, 3), 6, 5),
        x -> Definitions.cropResizeFlip(x.get(0), 6, 5, 2, boxes, flip, 6, 5));
  }

  private static double[] zip(float[] a, float[] b, java.util.function.DoubleBinaryOperator f) {
    double[] y = new double[a.length];
    for (int i = 0; i < y.length; i++) {
      y[i] = f.applyAsDouble(a[i], b[i]);
    }
    return y;
  }

  private static void add(
      List<Sample> rows,
      String name,
      Samples inputs,
      GradientCheck.Function f,
      Definition definition) {
    rows.add(new Sample(name, inputs.list, f, definition, STEP, 1e-3));
  }

  /** Only the first {@code differentiable} inputs have a gradient. */
  private static void add(
      List<Sample> rows,
      String name,
      Samples inputs,
      GradientCheck.Function f,
      Definition definition,
      int differentiable) {
    for (int i = differentiable; i < inputs.list.size(); i++) {
      Input input = inputs.list.get(i);
      inputs.list.set(i, new Input(input.values(), input.shape(), false));
    }
    add(rows, name, inputs, f, definition);
  }

  private static Samples in(int... extents) {
    return new Samples().and(extents);
  }

  private static Samples away(float kink, int... extents) {
    return in(extents).awayFrom(kink);
  }

  /** All values at least 1/8 apart, so that no step changes which one is the largest. */
  private static Samples distinct(int... extents) {
    Samples samples = in(extents);
    float[] values = samples.list.getLast().values();
    for (int i = values.length - 1; i >= 0; i--) {
      values[i] = (i - values.length / 2) / 8f;
    }
    for (int i = values.length - 1; i > 0; i--) {
      int j = RANDOM.nextInt(i + 1);
      float swap = values[i];
      values[i] = values[j];
      values[j] = swap;
    }
    return samples;
  }

  /** A list of inputs under construction: uniform in [-1, 1). */
  private static final class Samples {
    private final List<Input> list = new ArrayList<>();

    Samples and(int... extents) {
      Shape shape = Shape.of(extents);
      float[] values = new float[shape.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = (float) RANDOM.nextDouble(-1, 1);
      }
      list.add(new Input(values, shape, true));
      return this;
    }

    Samples scaledLast(float factor) {
      float[] values = list.getLast().values();
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
      return this;
    }

    Samples shiftedLast(float shift) {
      float[] values = list.getLast().values();
      for (int i = 0; i < values.length; i++) {
        values[i] += shift;
      }
      return this;
    }

    /** Half of the values near 1, half near -1: far from the kink after normalisation too. */
    Samples bimodal() {
      float[] values = list.getLast().values();
      for (int i = 0; i < values.length; i++) {
        values[i] = 0.2f * values[i] + ((i * 7 / 3) % 2 == 0 ? 1 : -1);
      }
      return this;
    }

    /** Moves values that are closer than 0.1 to a kink out to 0.1. */
    Samples awayFrom(float... kinks) {
      float[] values = list.getLast().values();
      for (int i = 0; i < values.length; i++) {
        for (float kink : kinks) {
          if (Math.abs(values[i] - kink) < 0.1f) {
            values[i] = kink + (values[i] < kink ? -0.1f : 0.1f);
          }
        }
      }
      return this;
    }

    Samples constantLast() {
      Input last = list.removeLast();
      list.add(new Input(last.values(), last.shape(), false));
      return this;
    }
  }

  /** The tensors of a row's inputs, for backends that run it directly. */
  public static List<Variable> constants(Tape tape, Sample row) {
    List<Variable> variables = new ArrayList<>();
    for (Input input : row.inputs()) {
      Tensor value = tape.scope().of(input.values(), input.shape().toArray());
      variables.add(Variable.constant(value));
    }
    return variables;
  }
}
