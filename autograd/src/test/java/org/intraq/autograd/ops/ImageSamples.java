package org.intraq.autograd.ops;

import org.intraq.tensor.kernel.pool.Pool2dShape;

/** Rows of the catalogue: pooling, and crops of images. */
final class ImageSamples {
  private ImageSamples() {}

  static void addTo(SampleList rows) {
    pooling(rows);
    images(rows);
  }

  private static void pooling(SampleList rows) {
    Pool2dShape max = Pool2dShape.of(2, 7, 6, 3, 3, 2, 1);
    rows.add(
        "MaxPool",
        rows.distinct(2, 7, 6, 3),
        (t, v) -> MaxPool.apply(t, max, v.get(0)),
        x -> Definitions.maxPool(max, x.get(0)));
    Pool2dShape mean = new Pool2dShape(2, 5, 6, 4, 2, 3, 2, 1, 0, 1, 1, 1);
    for (boolean count : new boolean[] {true, false}) {
      rows.add(
          "AveragePool, padding " + (count ? "counted" : "not counted"),
          rows.in(2, 5, 6, 4),
          (t, v) -> AveragePool.apply(t, mean, count, v.get(0)),
          x -> Definitions.averagePool(mean, count, x.get(0)));
    }
    rows.add(
        "GlobalAverage",
        rows.in(3, 4, 5, 7),
        (t, v) -> GlobalAverage.apply(t, v.get(0)),
        x ->
            Definitions.averagePool(
                new Pool2dShape(3, 4, 5, 7, 4, 5, 1, 1, 0, 0, 0, 0), true, x.get(0)));
    rows.add(
        "Subsample",
        rows.in(2, 5, 4, 3),
        (t, v) -> Subsample.apply(t, v.get(0), 2, 8, 2),
        x -> Definitions.subsample(x.get(0), 2, 5, 4, 3, 2, 8, 2));
  }

  private static void images(SampleList rows) {
    int[] boxes = {0, 0, 6, 5, 1, 2, 3, 2, 2, 0, 4, 5};
    int[] flip = {0, 1, 0};
    rows.add(
        "CropResizeFlip",
        rows.in(3, 6, 5, 2),
        (t, v) ->
            CropResizeFlip.apply(
                t, v.get(0), t.scope().of(boxes, 3, 4), t.scope().of(flip, 3), 6, 5),
        x -> Definitions.cropResizeFlip(x.get(0), 6, 5, 2, boxes, flip, 6, 5));
  }
}
