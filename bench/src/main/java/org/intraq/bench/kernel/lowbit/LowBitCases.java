package org.intraq.bench.kernel.lowbit;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.bench.harness.Case;
import org.intraq.bench.harness.Layers;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;
import org.intraq.tensor.kernel.lowbit.CodeBits;
import org.intraq.tensor.kernel.lowbit.LowBitConvolution;

/** Matrix products, convolutions and depthwise convolutions of codes on the shapes of networks. */
public final class LowBitCases {
  private static final List<CodeBits> PAIRS =
      List.of(new CodeBits(2, 2), new CodeBits(3, 3), new CodeBits(4, 4), new CodeBits(8, 8));

  private LowBitCases() {}

  /** All cases. */
  public static List<Case> all() {
    List<Case> cases = new ArrayList<>();
    Map<String, Conv2dShape> products = new LinkedHashMap<>();
    products.put("1024x576x64", LowBitConvolution.gemm(1024, 576, 64));
    products.put("784x1152x128", LowBitConvolution.gemm(784, 1152, 128));
    products.put("512x1024x512", LowBitConvolution.gemm(512, 1024, 512));
    products.forEach((name, shape) -> add(cases, "low-bit-gemm", name, shape));
    for (String network : new String[] {"resnet20_cifar10", "resnet18", "mobilenet_w3d4"}) {
      Layers.convolutions(network, 1)
          .forEach(
              (name, shape) -> {
                boolean images = shape.ic() == 3;
                String group = shape.isDepthwise() ? "low-bit-depthwise" : "low-bit-conv";
                if (!images) {
                  add(cases, group, name, shape);
                }
              });
    }
    return cases;
  }

  private static void add(List<Case> cases, String group, String name, Conv2dShape shape) {
    for (CodeBits bits : PAIRS) {
      boolean quick =
          name.equals("1024x576x64")
              || name.equals("resnet20.stage2.unit1.conv2")
              || name.equals("mobilenet_w3d4.stage4.unit2.dw_conv");
      cases.add(new LowBitCase(group, name, shape, bits, quick && bits.weight() == 4));
    }
  }
}
