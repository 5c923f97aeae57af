package org.intraq.autograd.ops;

import java.util.List;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.autograd.ops.OperationCatalogue.Definition;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Rows of the catalogue: convolution blocks in evaluation mode. */
final class ConvBlockSamples {
  private ConvBlockSamples() {}

  /** The shifts, near 1 and near -1, keep every channel on its side of the kink. */
  static void addTo(SampleList rows) {
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
      SampleList rows, Conv2dShape s, boolean rectified, boolean residual) {
    SampleInputs inputs =
        rows.in(s.n(), s.h(), s.w(), s.ic())
            .and(s.kh(), s.kw(), s.icPerGroup(), s.oc())
            .and(s.oc())
            .scaledLast(0.05f)
            .and(s.oc())
            .bimodal();
    String name =
        (s.isDepthwise() ? "depthwise" : s.kh() + "x" + s.kw() + " stride " + s.strideH())
            + (rectified ? ", rectified" : "")
            + (residual ? ", residual" : "");
    SampleInputs forms =
        residual ? inputs.and(s.n(), s.outH(), s.outW(), s.oc()).scaledLast(0.1f) : inputs;
    Definition y =
        x -> {
          double[] z = Definitions.conv(s, x.get(0), x.get(1));
          double[] mapped = Definitions.channel(floats(z), x.get(3), x.get(2));
          double[] sum = Definitions.add(mapped, residual ? x.get(4) : null);
          return rectified ? Definitions.map(sum, v -> Math.min(Math.max(v, 0), 6)) : sum;
        };
    rows.add("ConvNorm " + name, forms, (t, v) -> convNorm(t, v, s, rectified, false).y(), y);
    rows.add(
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
}
