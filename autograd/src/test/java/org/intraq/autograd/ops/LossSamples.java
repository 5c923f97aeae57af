package org.intraq.autograd.ops;

/** Rows of the catalogue: softmax, losses and similarities. */
final class LossSamples {
  private LossSamples() {}

  static void addTo(SampleList rows) {
    losses(rows);
  }

  private static void losses(SampleList rows) {
    int[] labels = {2, 0, 4, 1};
    rows.add(
        "Softmax",
        rows.in(4, 5).scaledLast(3),
        (t, v) -> Softmax.apply(t, v.get(0)),
        x -> Definitions.softmax(x.get(0), 5, 1));
    rows.add(
        "LogSoftmax",
        rows.in(4, 5).scaledLast(3),
        (t, v) -> LogSoftmax.apply(t, v.get(0)),
        x -> Definitions.map(Definitions.softmax(x.get(0), 5, 1), Math::log));
    for (float smoothing : new float[] {0f, 0.1f}) {
      rows.add(
          "CrossEntropy, smoothing " + smoothing,
          rows.in(4, 5).scaledLast(3),
          (t, v) -> CrossEntropy.apply(t, v.get(0), t.scope().of(labels, 4), smoothing),
          x -> Definitions.crossEntropy(x.get(0), 5, labels, smoothing));
    }
    rows.add(
        "KlDivergence",
        rows.in(4, 5).scaledLast(4).constantLast().and(4, 5),
        (t, v) -> KlDivergence.apply(t, v.get(0).value(), v.get(1), 2f),
        x -> Definitions.klDivergence(x.get(0), x.get(1), 5, 2));
    rows.add(
        "Pick",
        rows.in(4, 5),
        (t, v) -> Pick.apply(t, v.get(0), t.scope().of(labels, 4)),
        x -> Definitions.pick(x.get(0), 5, labels));
    rows.add(
        "L2Normalize",
        rows.in(4, 5),
        (t, v) -> L2Normalize.apply(t, v.get(0), 1e-8f),
        x -> Definitions.l2Normalize(x.get(0), 5));
    rows.add(
        "CosineSimilarity",
        rows.in(4, 5).and(4, 5),
        (t, v) -> CosineSimilarity.apply(t, v.get(0), v.get(1), 1e-8f),
        x -> Definitions.cosine(x.get(0), x.get(1), 5));
  }
}
