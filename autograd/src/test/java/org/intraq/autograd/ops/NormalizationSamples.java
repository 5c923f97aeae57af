package org.intraq.autograd.ops;

import java.util.Arrays;

/** Rows of the catalogue: batch statistics, BatchNorm, and whole ends of blocks. */
final class NormalizationSamples {
  private NormalizationSamples() {}

  static void addTo(SampleList rows) {
    normalization(rows);
    blocks(rows);
  }

  private static void normalization(SampleList rows) {
    rows.add(
        "BatchMoments",
        rows.in(3, 2, 2, 5),
        (t, v) -> BatchMoments.apply(t, v.get(0)),
        x -> Definitions.moments(x.get(0), 5));
    rows.add(
        "ChannelAffine",
        rows.in(2, 3, 3, 6).and(6).and(6),
        (t, v) -> ChannelAffine.apply(t, v.get(0), v.get(1), v.get(2)),
        x -> Definitions.channel(x.get(0), x.get(2), x.get(1)));
    float[] mean = {0.5f, -0.25f, 0.1f};
    float[] variance = {0.5f, 1.5f, 1e-9f};
    rows.add(
        "FoldBatchNorm",
        rows.in(3).and(3),
        (t, v) ->
            FoldBatchNorm.apply(
                t, v.get(0), v.get(1), t.scope().of(mean, 3), t.scope().of(variance, 3), 1e-3f),
        x -> Definitions.foldBatchNorm(x.get(0), x.get(1), mean, variance, 1e-3));
    rows.add(
        "BatchNorm evaluate",
        rows.in(2, 2, 3, 3).and(3).and(3),
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
    rows.add(
        "BatchNorm train",
        rows.in(4, 3, 3, 3).and(3).and(3),
        (t, v) -> BatchNorm.train(t, v.get(0), v.get(1), v.get(2), 1e-3f, t.empty(3), t.empty(3)),
        x -> Definitions.batchNormTrain(x.get(0), x.get(1), x.get(2), 1e-3));
  }

  private static void blocks(SampleList rows) {
    for (boolean withResidual : new boolean[] {false, true}) {
      String name = withResidual ? " with residual" : "";
      SampleInputs inputs =
          rows.in(3, 2, 3, 4)
              .awayFrom(0)
              .and(4)
              .scaledLast(0.02f)
              .shiftedLast(1)
              .and(4)
              .scaledLast(0.01f);
      SampleInputs forms = withResidual ? inputs.and(3, 2, 3, 4).scaledLast(0.01f) : inputs;
      rows.add(
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
      SampleInputs train =
          rows.in(6, 2, 3, 3)
              .bimodal()
              .and(3)
              .scaledLast(0.1f)
              .shiftedLast(1)
              .and(3)
              .scaledLast(0.05f);
      SampleInputs trainForms = withResidual ? train.and(6, 2, 3, 3).scaledLast(0.1f) : train;
      rows.add(
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
    rows.add(
        "NormReluEvaluate, moments alone",
        rows.in(3, 2, 3, 4).and(4).and(4).differentiable(1),
        (t, v) -> NormReluEvaluate.apply(t, v.get(0), v.get(1), v.get(2), null, 6f, true).moments(),
        x -> Definitions.moments(x.get(0), 4));
    rows.add(
        "NormReluEvaluate, both outputs",
        rows.in(3, 2, 3, 4)
            .awayFrom(0)
            .and(4)
            .scaledLast(0.02f)
            .shiftedLast(1)
            .and(4)
            .scaledLast(0.01f),
        (t, v) -> {
          var r = NormReluEvaluate.apply(t, v.get(0), v.get(1), v.get(2), null, 6f, true);
          return Add.apply(
              t, Sum.apply(t, r.y()), Sum.apply(t, Multiply.apply(t, r.moments(), r.moments())));
        },
        x ->
            new double[] {
              Arrays.stream(Definitions.channel(x.get(0), x.get(2), x.get(1)))
                      .map(y -> Math.max(y, 0))
                      .sum()
                  + Arrays.stream(Definitions.moments(x.get(0), 4)).map(m -> m * m).sum()
            });
  }
}
