package org.intraq.models.zoo;

import java.util.List;
import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.Node;

/**
 * MobileNet: depthwise separable convolutions.
 *
 * <pre>
 *   output     unit                              filters of the pointwise convolution
 *   112x112    3x3 convolution, stride 2          32
 *   112x112    depthwise 3x3, pointwise 1x1       64
 *    56x56     the same, the first with stride 2  128 128
 *    28x28                                        256 256
 *    14x14                                        512 512 512 512 512 512
 *     7x7                                         1024 1024
 *     1x1      global average pool, 1000-d linear
 * </pre>
 *
 * <p>Source: A. G. Howard et al., "MobileNets: Efficient Convolutional Neural Networks for Mobile
 * Vision Applications", 2017, table 1.
 *
 * @param width multiplier of all filter counts, truncated
 * @param cap of the activations: infinite for ReLU (the paper, pytorchcv), 6 for ReLU6 (Keras)
 */
public record MobileNetV1(double width, float cap, Settings settings) implements Architecture {
  static final String FAMILY = "mobilenet_v1";

  private static final List<List<Integer>> STAGES =
      List.of(
          List.of(64),
          List.of(128, 128),
          List.of(256, 256),
          List.of(512, 512, 512, 512, 512, 512),
          List.of(1024, 1024));

  private static final int STEM = 32;

  /**
   * Checks the width.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public MobileNetV1 {
    Width.check(width);
  }

  /** With ReLU, by PyTorch's conventions. */
  public static MobileNetV1 torch(double width) {
    return new MobileNetV1(width, Blocks.RELU, Settings.imagenet());
  }

  /** With ReLU6, by Keras' conventions. */
  public static MobileNetV1 keras(double width) {
    return new MobileNetV1(width, Blocks.RELU6, Settings.keras());
  }

  static MobileNetV1 of(Options options, Settings settings) {
    return new MobileNetV1(options.number("width"), (float) options.number("cap"), settings);
  }

  @Override
  public Options options() {
    return Options.of(FAMILY).with("width", width).with("cap", cap);
  }

  @Override
  public MobileNetV1 with(Settings other) {
    return new MobileNetV1(width, cap, other);
  }

  @Override
  public String baseName() {
    return "mobilenet_" + Width.suffix(width);
  }

  /** The number of units in each stage. */
  public static List<Integer> unitsPerStage() {
    return STAGES.stream().map(List::size).toList();
  }

  @Override
  public Network build(String name) {
    NetworkBuilder b = new NetworkBuilder(settings.padding(), settings.eps());
    Node x = b.input(settings.size(), settings.size(), settings.channels());
    x = Blocks.convBnAct(b, "features.init_block", x, scaled(STEM), 3, 2, 1, cap);
    for (int s = 0; s < STAGES.size(); s++) {
      for (int u = 0; u < STAGES.get(s).size(); u++) {
        String unit = "features.stage" + (s + 1) + ".unit" + (u + 1);
        x = Blocks.depthwise(b, unit + ".dw_conv", x, s > 0 && u == 0 ? 2 : 1, cap);
        int filters = scaled(STAGES.get(s).get(u));
        x = Blocks.convBnAct(b, unit + ".pw_conv", x, filters, 1, 1, 1, cap);
      }
    }
    Blocks.classifier(b, x, settings.classes(), true);
    return b.build(name, settings.classes());
  }

  private int scaled(int filters) {
    return Width.TRUNCATED.scale(filters, width);
  }
}
