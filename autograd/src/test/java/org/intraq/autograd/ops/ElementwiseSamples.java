package org.intraq.autograd.ops;

import java.util.Arrays;

/** Rows of the catalogue: element-wise operations, views and sums. */
final class ElementwiseSamples {
  private ElementwiseSamples() {}

  static void addTo(SampleList rows) {
    elementwise(rows);
    reductions(rows);
  }

  private static void elementwise(SampleList rows) {
    rows.add(
        "Add",
        rows.in(2, 3, 5).and(2, 3, 5),
        (t, v) -> Add.apply(t, v.get(0), v.get(1)),
        x -> Definitions.zip(x.get(0), x.get(1), (a, b) -> a + b));
    rows.add(
        "Add to itself",
        rows.in(7),
        (t, v) -> Add.apply(t, v.get(0), v.get(0)),
        x -> Definitions.zip(x.get(0), x.get(0), (a, b) -> a + b));
    rows.add(
        "Subtract",
        rows.in(17).and(17),
        (t, v) -> Subtract.apply(t, v.get(0), v.get(1)),
        x -> Definitions.zip(x.get(0), x.get(1), (a, b) -> a - b));
    rows.add(
        "Multiply",
        rows.in(3, 11).and(3, 11),
        (t, v) -> Multiply.apply(t, v.get(0), v.get(1)),
        x -> Definitions.zip(x.get(0), x.get(1), (a, b) -> a * b));
    rows.add(
        "ScaleShift",
        rows.in(19),
        (t, v) -> ScaleShift.apply(t, -2.5f, v.get(0), 0.75f),
        x -> Definitions.zip(x.get(0), x.get(0), (a, b) -> -2.5 * a + 0.75));
    rows.add(
        "Relu",
        rows.away(0, 2, 3, 3, 5),
        (t, v) -> Relu.apply(t, v.get(0)),
        x -> Definitions.zip(x.get(0), x.get(0), (a, b) -> Math.max(a, 0)));
    rows.add(
        "Relu6",
        rows.in(4, 33).scaledLast(6).awayFrom(0, 6),
        (t, v) -> Relu.apply(t, v.get(0), 6f),
        x -> Definitions.zip(x.get(0), x.get(0), (a, b) -> Math.min(Math.max(a, 0), 6)));
    rows.add(
        "AddRelu",
        rows.away(0, 41).and(41).scaledLast(0.05f),
        (t, v) -> AddRelu.apply(t, v.get(0), v.get(1), Float.POSITIVE_INFINITY),
        x -> Definitions.zip(x.get(0), x.get(1), (a, b) -> Math.max(a + b, 0)));
    rows.add(
        "Reshape",
        rows.in(2, 6),
        (t, v) -> Reshape.apply(t, v.get(0), 3, 4),
        x -> Definitions.zip(x.get(0), x.get(0), (a, b) -> a));
    rows.add(
        "Row",
        rows.in(3, 5),
        (t, v) -> Row.apply(t, v.get(0), 0),
        x -> Arrays.copyOf(Definitions.zip(x.get(0), x.get(0), (a, b) -> a), 5));
  }

  private static void reductions(SampleList rows) {
    rows.add(
        "Sum",
        rows.in(4, 9),
        (t, v) -> Sum.apply(t, v.get(0)),
        x -> new double[] {Definitions.sum(x.get(0))});
    rows.add(
        "Mean",
        rows.in(37),
        (t, v) -> Sum.mean(t, v.get(0)),
        x -> new double[] {Definitions.sum(x.get(0)) / 37});
    rows.add(
        "WeightedSum",
        rows.in(3).and(3).constantLast(),
        (t, v) -> WeightedSum.apply(t, v.get(0), v.get(1).value()),
        x -> new double[] {Definitions.sum(x.get(0), x.get(1))});
    float[] target = {1, -0.5f, 0.25f, 2, 0};
    rows.add(
        "MeanSquaredError",
        rows.in(5),
        (t, v) -> MeanSquaredError.apply(t, v.get(0), t.scope().of(target, 5)),
        x -> new double[] {Definitions.meanSquaredError(x.get(0), target)});
    rows.add(
        "RelativeSquaredError",
        rows.in(5),
        (t, v) -> RelativeSquaredError.apply(t, v.get(0), t.scope().of(target, 5), 3f),
        x -> new double[] {Definitions.meanSquaredError(x.get(0), target) * 5 / 3});
  }
}
