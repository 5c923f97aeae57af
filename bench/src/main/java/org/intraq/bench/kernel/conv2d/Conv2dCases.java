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
            addPasses(cases, "conv" + shape.kh() + "x" + shape.kw(), "conv-weights", name, shape);
          }
        });
    return cases;
  }

  /** Forward, backward to the input, backward to the weights. */
  public static void addPasses(
      List<KernelCase> cases, String group, String weightsGroup, String name, Conv2dShape shape) {
    cases.add(forward(group, name, shape));
    cases.add(backwardInput(group, name, shape));
    cases.add(backwardWeights(weightsGroup, name, shape));
    if (QUICK.contains(name)) {
      int last = cases.size();
      cases.subList(last - 3, last).replaceAll(KernelCase::forQuickRuns);
    }
  }

  private static KernelCase forward(String group, String name, Conv2dShape s) {
    Conv2dShape one = s.withBatch(1);
    return of(
        group,
        name,
        "forward",
        s,
        List.of(x(s), w(s)),
        y(s),
        (backend, in, out) -> backend.convolution().forward(s, in[0], in[1], out[0]),
        s.n() == 1 ? null : forward(group, name, one));
  }

  private static KernelCase backwardInput(String group, String name, Conv2dShape s) {
    Conv2dShape one = s.withBatch(1);
    return of(
        group,
        name,
        "backwardInput",
        s,
        List.of(y(s), w(s)),
        x(s),
        (backend, in, out) -> backend.convolution().backwardInput(s, in[0], in[1], out[0]),
        s.n() == 1 ? null : backwardInput(group, name, one));
  }

  private static KernelCase backwardWeights(String group, String name, Conv2dShape s) {
    Conv2dShape one = s.withBatch(1);
    return of(
        group,
        name,
        "backwardWeights",
        s,
        List.of(x(s), y(s)),
        w(s),
        (backend, in, out) -> backend.convolution().backwardWeights(s, in[0], in[1], 0f, out[0]),
        s.n() == 1 ? null : backwardWeights(group, name, one));
  }

  private static Operand x(Conv2dShape s) {
    return Operand.result(Kind.ACTIVATION, s.n(), s.h(), s.w(), s.ic());
  }

  private static Operand w(Conv2dShape s) {
    return Operand.result(Kind.CONV_WEIGHT, s.kh(), s.kw(), s.icPerGroup(), s.oc());
  }

  private static Operand y(Conv2dShape s) {
    return Operand.result(Kind.ACTIVATION, s.n(), s.outH(), s.outW(), s.oc());
  }

  private static KernelCase of(
      String group,
      String name,
      String pass,
      Conv2dShape s,
      List<Operand> inputs,
      Operand result,
      Body body,
      KernelCase reduced) {
    return new KernelCase(
        group,
        name + ":" + pass,
        "conv." + pass,
        s,
        s.isDepthwise()
            ? Work.memory(4.0 * (s.inputSize() + s.weightSize() + s.outputSize()))
            : Work.arithmetic(2.0 * s.multiplyAdds()),
        () ->
            List.of(
                Operand.random(inputs.get(0).kind(), 1, inputs.get(0).extents()),
                Operand.random(inputs.get(1).kind(), 2, inputs.get(1).extents())),
        List.of(result),
        body,
        reduced,
        false);
  }
}
