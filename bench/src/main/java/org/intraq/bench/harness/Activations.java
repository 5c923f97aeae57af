package org.intraq.bench.harness;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;

/** The activations of the networks that operations bound by memory run over. */
public final class Activations {
  /** The group of these operations. */
  public static final String GROUP = "memory-bound";

  private static final Set<String> QUICK = Set.of("resnet20.stage1.unit1");

  private Activations() {}

  /** Shapes [N, H, W, C] by the layer whose output has them: large and small, odd channels too. */
  public static Map<String, int[]> shapes() {
    Map<String, int[]> shapes = new LinkedHashMap<>();
    shapes.put("resnet20.stage1.unit1", new int[] {256, 32, 32, 16});
    shapes.put("resnet20.stage3.unit1", new int[] {256, 8, 8, 64});
    shapes.put("resnet18.stage1.unit1", new int[] {16, 56, 56, 64});
    shapes.put("mobilenet_w3d4.stage1.unit1.dw_conv", new int[] {16, 112, 112, 24});
    shapes.put("mobilenet_w3d4.stage4.unit2.dw_conv", new int[] {16, 14, 14, 384});
    shapes.put("odd", new int[] {5, 19, 23, 37});
    return shapes;
  }

  /** A case for every shape, with a batch of 1 as its small one. */
  public static List<KernelCase> cases(BiFunction<String, int[], KernelCase> make) {
    List<KernelCase> cases = new ArrayList<>();
    shapes()
        .forEach(
            (name, shape) -> {
              int[] one = shape.clone();
              one[0] = 1;
              KernelCase c = make.apply(name, shape).withSmall(make.apply(name, one));
              cases.add(QUICK.contains(name) ? c.forQuickRuns() : c);
            });
    return cases;
  }
}
