package org.intraq.bench.kernel.conv2d;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.bench.harness.Data;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Preparation;
import org.intraq.bench.harness.Layers;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.Tensor;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.ConvolutionWeights;
import org.intraq.tensor.backend.QuantizedConvolutionOps;
import org.intraq.tensor.backend.QuantizedConvolutionOps.Quantizer;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/**
 * Blocks as whole steps call them: synthesis forward with everything kept and back to the input
 * with the statistics loss, both with frozen weights; fine-tuning forward with the quantizer, back
 * to the input, back to input and weights.
 *
 * <p>All values but gradients lie on a grid so coarse that sums of products are exact, and shifts
 * half a step beside it: no rectifier's or quantizer's input is within rounding of its border,
 * where two correct implementations may differ.
 */
public final class FusedBlockCases {
  /** Bits of a quantized activation. */
  public static final int BITS = 4;

  /** Upper end of the range that begins at 0; a step is 1/8. */
  private static final float HIGH = 15f / 8;

  private static final String GROUP = "fused-blocks";
  private static final float CAP = Float.POSITIVE_INFINITY;

  private static final Set<String> LAYERS =
      Set.of(
          "resnet20.stage1.unit1.conv1",
          "resnet20.stage2.unit1.conv1",
          "resnet20.stage2.unit1.conv2",
          "resnet20.stage3.unit1.conv2",
          "resnet18.stage3.unit1.conv2",
          "mobilenet_w3d4.stage4.unit2.pw_conv",
          "mobilenet_w3d4.stage4.unit2.dw_conv");

  private FusedBlockCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    Map<String, Conv2dShape> shapes = new LinkedHashMap<>();
    shapes.putAll(Layers.convolutions("resnet20_cifar10", 256));
    shapes.putAll(Layers.convolutions("resnet18", 16));
    shapes.putAll(Layers.convolutions("mobilenet_w3d4", 16));
    shapes.keySet().retainAll(LAYERS);
    List<KernelCase> cases = new ArrayList<>();
    shapes.forEach(
        (name, s) -> {
          List<KernelCase> small = of(name, Layers.small(s));
          List<KernelCase> full = of(name, s);
          for (int i = 0; i < full.size(); i++) {
            KernelCase c = full.get(i).withSmall(small.get(i));
            cases.add(cases.isEmpty() ? c.forQuickRuns() : c);
          }
        });
    return cases;
  }

  private static List<KernelCase> of(String name, Conv2dShape s) {
    List<KernelCase> cases = new ArrayList<>(List.of(forward(name, s), backwardInput(name, s)));
    if (s.groups() == 1) {
      cases.add(quantizedForward(name, s));
      cases.add(quantizedBackward(name, s, false));
      cases.add(quantizedBackward(name, s, true));
    }
    return cases;
  }

  /** z, y and the moments of z. */
  private static KernelCase forward(String name, Conv2dShape s) {
    return of(
        name + ":forward",
        "blockForward",
        s,
        1,
        terms(s),
        List.of(x(s), w(s), scale(s), shift(s)),
        List.of(y(s), y(s), channels(s), channels(s)),
        (b, scope, given) -> {
          ConvolutionWeights w = b.fusedConvolution().freeze(s, given[1]);
          return (backend, in, out) ->
              backend
                  .fusedConvolution()
                  .forward(
                      s, in[0], w, in[2], in[3], null, 0f, CAP, out[0], out[1], out[2], out[3]);
        });
  }

  /** Operands: dy, w, y, scale, shift, z, c0, c1; y is that of z. */
  private static KernelCase backwardInput(String name, Conv2dShape s) {
    Operand dy = Operand.random(Kind.ACTIVATION, 5, extents(s));
    Operand z = new Operand(Kind.ACTIVATION, extents(s), () -> grid(6, y(s).size(), 8, 1));
    return of(
        name + ":backwardInput",
        "blockBackwardInput",
        s,
        1,
        s.kh() * s.kw() * s.ocPerGroup(),
        List.of(
            dy,
            w(s),
            new Operand(Kind.ACTIVATION, extents(s), () -> rectified(s, z)),
            scale(s),
            shift(s),
            z,
            Operand.plain(7, s.oc()),
            Operand.plain(8, s.oc())),
        List.of(x(s).asResult()),
        (b, scope, given) -> {
          ConvolutionWeights w = b.fusedConvolution().freeze(s, given[1]);
          return (backend, in, out) ->
              backend
                  .fusedConvolution()
                  .backwardInput(
                      s, in[0], w, in[2], CAP, in[3], in[4], in[5], in[6], in[7], null, false,
                      out[0]);
        });
  }

  private static KernelCase quantizedForward(String name, Conv2dShape s) {
    return of(
        name + ":quantizedForward",
        "quantizedBlockForward",
        s,
        1,
        terms(s),
        List.of(x(s), w(s), scale(s), shift(s), range()),
        List.of(y(s)),
        (b, scope, in) -> {
          Tensor open = scope.s32(ops(b).words(y(s).size()));
          return (backend, i, out) -> quantize(s, backend, i, open, out[0]);
        });
  }

  /** Operands: x, w, scale, shift, range, dy. The gradient of x, or the one of the weights. */
  private static KernelCase quantizedBackward(String name, Conv2dShape s, boolean both) {
    Operand dy = Operand.random(Kind.ACTIVATION, 5, extents(s));
    return of(
        name + (both ? ":quantizedBackward" : ":quantizedBackwardInput"),
        both ? "quantizedBlockBackward" : "quantizedBlockBackwardInput",
        s,
        both ? 2 : 1,
        both ? (double) s.n() * s.outH() * s.outW() : s.kh() * s.kw() * s.oc(),
        List.of(x(s), w(s), scale(s), shift(s), range(), dy),
        List.of(both ? w(s).asResult() : x(s).asResult()),
        (b, scope, in) -> backward(s, b, scope, in, both));
  }

  private static KernelCase.Body backward(
      Conv2dShape s, Backend b, Scope scope, Tensor[] in, boolean both) {
    QuantizedConvolutionOps ops = ops(b);
    Tensor open = scope.s32(ops.words(y(s).size()));
    Tensor y = scope.f32(extents(s));
    quantize(s, b, in, open, y);
    scope.release(y);
    Tensor dShift = scope.f32(s.oc());
    Tensor scaled = scope.f32(w(s).extents());
    b.normalization().channelScale(in[1], in[2], scaled);
    // The gated gradient takes the place of dy, as in a step; gating it again changes nothing.
    if (!both) {
      return (backend, i, out) ->
          ops.backwardInput(s, i[5], open, scaled, i[5], dShift, false, out[0], null, null);
    }
    Tensor dx = scope.f32(x(s).extents());
    return (backend, i, out) ->
        ops.backwardInput(s, i[5], open, scaled, i[5], dShift, false, dx, i[0], out[0]);
  }

  private static void quantize(Conv2dShape s, Backend b, Tensor[] in, Tensor open, Tensor y) {
    ConvolutionWeights w = ConvolutionWeights.of(in[1]);
    Quantizer quantizer = new Quantizer(in[4], BITS, false);
    ops(b).forward(s, in[0], w, in[2], in[3], null, CAP, quantizer, open, y);
  }

  private static QuantizedConvolutionOps ops(Backend backend) {
    return backend
        .quantizedConvolution()
        .orElseThrow(() -> new UnsupportedOperationException("quantized blocks"));
  }

  /** Multiples of {@code size / steps} in [-size, size). */
  private static float[] grid(long seed, int count, int steps, float size) {
    float[] values = Data.signed(seed, count);
    for (int i = 0; i < count; i++) {
      values[i] = (float) Math.floor(values[i] * steps) * (size / steps);
    }
    return values;
  }

  private static float[] rectified(Conv2dShape s, Operand z) {
    float[] y = (float[]) z.values();
    float[] scale = (float[]) scale(s).values();
    float[] shift = (float[]) shift(s).values();
    for (int i = 0; i < y.length; i++) {
      y[i] = Math.max(0f, y[i] * scale[i % s.oc()] + shift[i % s.oc()]);
    }
    return y;
  }

  private static double terms(Conv2dShape s) {
    return s.kh() * s.kw() * s.icPerGroup();
  }

  private static int[] extents(Conv2dShape s) {
    return new int[] {s.n(), s.outH(), s.outW(), s.oc()};
  }

  /** Eighths. */
  private static Operand x(Conv2dShape s) {
    int[] extents = {s.n(), s.h(), s.w(), s.ic()};
    return new Operand(Kind.ACTIVATION, extents, () -> grid(1, s.inputSize(), 8, 1));
  }

  /** Multiples of 1/64 up to 1/8. */
  private static Operand w(Conv2dShape s) {
    int[] extents = {s.kh(), s.kw(), s.icPerGroup(), s.oc()};
    return new Operand(Kind.CONV_WEIGHT, extents, () -> grid(2, s.weightSize(), 8, 0.125f));
  }

  /** 1/2, 1 or 3/2. */
  private static Operand scale(Conv2dShape s) {
    return Operand.floats(
        () -> {
          int[] halves = Data.below(3, s.oc(), 3);
          float[] scale = new float[s.oc()];
          for (int c = 0; c < scale.length; c++) {
            scale[c] = (halves[c] + 1) / 2f;
          }
          return scale;
        },
        s.oc());
  }

  /** Eighths and half a step of z * scale. */
  private static Operand shift(Conv2dShape s) {
    return Operand.floats(
        () -> {
          float[] shift = grid(4, s.oc(), 4, 0.5f);
          for (int c = 0; c < shift.length; c++) {
            shift[c] += 0x1p-11f;
          }
          return shift;
        },
        s.oc());
  }

  private static Operand range() {
    return Operand.floats(() -> new float[] {0f, HIGH}, 2);
  }

  private static Operand y(Conv2dShape s) {
    return Operand.result(Kind.ACTIVATION, extents(s));
  }

  private static Operand channels(Conv2dShape s) {
    return Operand.result(Kind.PLAIN, s.oc());
  }

  private static KernelCase of(
      String shape,
      String operation,
      Conv2dShape s,
      int convolutions,
      double terms,
      List<Operand> operands,
      List<Operand> results,
      Preparation preparation) {
    double flops = 2.0 * convolutions * s.multiplyAdds();
    Work work = s.isDepthwise() ? Work.memory(flops, operands, results) : Work.arithmetic(flops);
    return KernelCase.prepared(
        GROUP, shape, operation, s, work, terms, operands, results, preparation);
  }
}
