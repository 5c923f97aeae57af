package org.intraq.bench.kernel.conv2d;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.KernelCase.Body;
import org.intraq.bench.harness.Layers;
import org.intraq.bench.harness.Operand;
import org.intraq.bench.harness.Operand.Kind;
import org.intraq.bench.harness.Work;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Dense convolutions of the networks, forward and both ways back; odd sizes. */
public final class Conv2dCases {
  private static final Set<String> QUICK =
      Set.of(
          "resnet20.stage1.unit1.conv1",
          "resnet18.stage3.unit1.conv2",
          "mobilenet_w3d4.stage4.unit2.pw_conv",
          "resnet18.init_block.conv");

  private Conv2dCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    Map<String, Conv2dShape> shapes = new LinkedHashMap<>();
    shapes.putAll(Layers.convolutions("resnet20_cifar10", 256));
    shapes.putAll(Layers.convolutions("resnet18", 16));
    shapes.putAll(Layers.convolutions("mobilenet_w3d4", 16));
    shapes.putAll(Layers.convolutions("mobilenetv2_w1", 16));
    shapes.put("odd.3x3", Conv2dShape.of(5, 19, 23, 37, 53, 3, 1, 1));
    shapes.put("odd.1x1", Conv2dShape.of(5, 19, 23, 37, 53, 1, 1, 0));
    shapes.put("odd.7x7", Conv2dShape.of(3, 61, 59, 5, 27, 7, 2, 3));
    List<KernelCase> cases = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          if (shape.groups() == 1) {
            boolean is3x3 = shape.kh() == 3 && shape.kw() == 3;
            addPasses(cases, is3x3 ? "conv3x3" : "conv-other", "conv-other", name, shape);
          }
        });
    return cases;
  }

  /** Forward, backward to the input, backward to the weights. */
  public static void addPasses(
      List<KernelCase> cases, String group, String weightsGroup, String name, Conv2dShape shape) {
    List<KernelCase> passes =
        List.of(
            forward(group, name, shape).withSmall(forward(group, name, Layers.small(shape))),
            backwardInput(group, name, shape)
                .withSmall(backwardInput(group, name, Layers.small(shape))),
            backwardWeights(weightsGroup, name, shape)
                .withSmall(backwardWeights(weightsGroup, name, Layers.small(shape))));
    passes.forEach(c -> cases.add(QUICK.contains(name) ? c.forQuickRuns() : c));
  }

  private static KernelCase forward(String group, String name, Conv2dShape s) {
    return of(
        group,
        name + ":forward",
        s,
        s.kh() * s.kw() * s.icPerGroup(),
        List.of(x(s, 1), w(s, 2)),
        y(s, 0),
        (backend, in, out) -> backend.convolution().forward(s, in[0], in[1], out[0]));
  }

  private static KernelCase backwardInput(String group, String name, Conv2dShape s) {
    return of(
        group,
        name + ":backwardInput",
        s,
        s.kh() * s.kw() * s.ocPerGroup(),
        List.of(y(s, 1), w(s, 2)),
        x(s, 0),
        (backend, in, out) -> backend.convolution().backwardInput(s, in[0], in[1], out[0]));
  }

  private static KernelCase backwardWeights(String group, String name, Conv2dShape s) {
    return of(
        group,
        name + ":backwardWeights",
        s,
        (double) s.n() * s.outH() * s.outW(),
        List.of(x(s, 1), y(s, 2)),
        w(s, 0),
        (backend, in, out) -> backend.convolution().backwardWeights(s, in[0], in[1], 0f, out[0]));
  }

  private static Operand x(Conv2dShape s, long seed) {
    return Operand.random(Kind.ACTIVATION, seed, s.n(), s.h(), s.w(), s.ic());
  }

  private static Operand w(Conv2dShape s, long seed) {
    return Operand.random(Kind.CONV_WEIGHT, seed, s.kh(), s.kw(), s.icPerGroup(), s.oc());
  }

  private static Operand y(Conv2dShape s, long seed) {
    return Operand.random(Kind.ACTIVATION, seed, s.n(), s.outH(), s.outW(), s.oc());
  }

  private static KernelCase of(
      String group,
      String shape,
      Conv2dShape s,
      double terms,
      List<Operand> operands,
      Operand result,
      Body body) {
    double flops = 2.0 * s.multiplyAdds();
    return KernelCase.of(
        group,
        shape,
        "conv." + shape.substring(shape.indexOf(':') + 1),
        s,
        s.isDepthwise() ? Work.memory(flops, operands, List.of(result)) : Work.arithmetic(flops),
        terms,
        operands,
        List.of(result.asResult()),
        body);
  }
}
