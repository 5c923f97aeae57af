package org.intraq.bench.kernel.depthwise;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.bench.harness.KernelCase;
import org.intraq.bench.harness.Layers;
import org.intraq.bench.kernel.conv2d.Conv2dCases;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** Depthwise convolutions of the MobileNets, forward and both ways back; odd sizes. */
public final class DepthwiseCases {
  private DepthwiseCases() {}

  /** All cases. */
  public static List<KernelCase> all() {
    Map<String, Conv2dShape> shapes = new LinkedHashMap<>();
    shapes.putAll(Layers.convolutions("mobilenet_w3d4", 16));
    shapes.putAll(Layers.convolutions("mobilenetv2_w1", 16));
    shapes.put("odd", Conv2dShape.depthwise(5, 19, 23, 37, 3, 1, 1));
    List<KernelCase> cases = new ArrayList<>();
    shapes.forEach(
        (name, shape) -> {
          if (shape.isDepthwise()) {
            Conv2dCases.addPasses(cases, "depthwise", "depthwise", name, shape);
          }
        });
    cases.replaceAll(
        c -> c.shape().startsWith("mobilenet_w3d4.stage4.unit2.") ? c.forQuickRuns() : c);
    return cases;
  }
}
