package org.intraq.autograd.ops;

import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Rows of the catalogue: matrix products and convolutions. */
final class ProductSamples {
  private ProductSamples() {}

  static void addTo(SampleList rows) {
    products(rows);
  }

  private static void products(SampleList rows) {
    rows.add(
        "MatMul",
        rows.in(5, 7).and(7, 3),
        (t, v) -> MatMul.apply(t, v.get(0), v.get(1)),
        x -> Definitions.matMul(x.get(0), x.get(1), 5, 7, 3));
    rows.add(
        "AddBias",
        rows.in(2, 3, 2, 5).and(5),
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

  private static void conv(SampleList rows, String name, Conv2dShape s) {
    rows.add(
        name,
        rows.in(s.n(), s.h(), s.w(), s.ic()).and(s.kh(), s.kw(), s.icPerGroup(), s.oc()),
        (t, v) -> Conv2d.apply(t, s, v.get(0), v.get(1)),
        x -> Definitions.conv(s, x.get(0), x.get(1)));
  }
}
