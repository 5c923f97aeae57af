package org.intraq.models.zoo;

import java.util.List;
import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.Node;

/**
 * MobileNetV2: inverted residuals with linear bottlenecks.
 *
 * <pre>
 *   input       operator        t     c     n   s     here
 *   224x224x3   conv 3x3        -    32     1   2     init_block
 *   112x112x32  bottleneck      1    16     1   1     stage1
 *   112x112x16  bottleneck      6    24     2   2     stage2
 *    56x56x24   bottleneck      6    32     3   2     stage3
 *    28x28x32   bottleneck      6    64     4   2     stage4
 *    14x14x64   bottleneck      6    96     3   1     stage4
 *    14x14x96   bottleneck      6   160     3   2     stage5
 *     7x7x160   bottleneck      6   320     1   1     stage5
 *     7x7x320   conv 1x1        -  1280     1   1     final_block
 *     7x7x1280  average pool, classifier
 * </pre>
 *
 * <p>Source: M. Sandler et al., "MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018,
 * table 2.
 *
 * @param width multiplier of all channel counts; that of the last convolution never shrinks
 * @param rounding of the scaled channel counts
 * @param expandFirst whether the first bottleneck has a 1x1 convolution of expansion 1, as
 *     pytorchcv's {@code mobilenetv2} has and the paper's has not
 * @param classifierBias whether the classifier has a bias, as everywhere but in pytorchcv
 */
public record MobileNetV2(
    double width, Width rounding, boolean expandFirst, boolean classifierBias, Settings settings)
    implements Architecture {
  static final String FAMILY = "mobilenet_v2";

  private record Row(int stage, int t, int c, int n, int s) {}

  private static final List<Row> TABLE =
      List.of(
          new Row(1, 1, 16, 1, 1),
          new Row(2, 6, 24, 2, 2),
          new Row(3, 6, 32, 3, 2),
          new Row(4, 6, 64, 4, 2),
          new Row(4, 6, 96, 3, 1),
          new Row(5, 6, 160, 3, 2),
          new Row(5, 6, 320, 1, 1));

  private static final int STEM = 32;
  private static final int LAST = 1280;

  /**
   * Checks the width.
   *
   * @throws IllegalArgumentException if it is out of range
   */
  public MobileNetV2 {
    Width.check(width);
  }

  /** As in pytorchcv. */
  public static MobileNetV2 torch(double width) {
    return new MobileNetV2(width, Width.TRUNCATED, true, false, Settings.imagenet());
  }

  /** As in torchvision. */
  public static MobileNetV2 torchvision(double width) {
    return new MobileNetV2(width, Width.MULTIPLE_OF_8, false, true, Settings.imagenet());
  }

  /** As in Keras. */
  public static MobileNetV2 keras(double width) {
    return new MobileNetV2(width, Width.MULTIPLE_OF_8, false, true, Settings.keras());
  }

  static MobileNetV2 of(Options options, Settings settings) {
    return new MobileNetV2(
        options.number("width"),
        options.choice("rounding", Width.class),
        options.flag("expand_first"),
        options.flag("classifier_bias"),
        settings);
  }

  @Override
  public Options options() {
    return Options.of(FAMILY)
        .with("width", width)
        .with("rounding", rounding)
        .with("expand_first", expandFirst)
        .with("classifier_bias", classifierBias);
  }

  @Override
  public MobileNetV2 with(Settings other) {
    return new MobileNetV2(width, rounding, expandFirst, classifierBias, other);
  }

  @Override
  public String baseName() {
    return "mobilenetv2_" + Width.suffix(width);
  }

  /** The number of bottlenecks in each stage. */
  public static List<Integer> unitsPerStage() {
    int[] units = new int[5];
    TABLE.forEach(row -> units[row.stage - 1] += row.n);
    return List.of(units[0], units[1], units[2], units[3], units[4]);
  }

  @Override
  public Network build(String name) {
    NetworkBuilder b = new NetworkBuilder(settings.padding(), settings.eps());
    Node x = b.input(settings.size(), settings.size(), settings.channels());
    x = Blocks.convBnAct(b, "features.init_block", x, scaled(STEM), 3, 2, 1, Blocks.RELU6);
    int stage = 0;
    int unit = 0;
    for (Row row : TABLE) {
      for (int i = 0; i < row.n; i++) {
        unit = row.stage == stage ? unit + 1 : 1;
        stage = row.stage;
        String at = "features.stage" + stage + ".unit" + unit;
        x = bottleneck(b, at, x, row.t, scaled(row.c), i == 0 ? row.s : 1);
      }
    }
    int last = width > 1 ? scaled(LAST) : LAST;
    x = Blocks.convBnAct(b, "features.final_block", x, last, 1, 1, 1, Blocks.RELU6);
    Blocks.classifier(b, x, settings.classes(), classifierBias);
    return b.build(name, settings.classes());
  }

  /** Expand, filter depthwise, project without activation (table 1); add where extents agree. */
  private Node bottleneck(NetworkBuilder b, String name, Node x, int t, int channels, int stride) {
    int in = b.extent(x).c();
    Node y = x;
    if (t > 1 || expandFirst) {
      y = Blocks.convBnAct(b, name + ".conv1", y, t * in, 1, 1, 1, Blocks.RELU6);
    }
    y = Blocks.depthwise(b, name + ".conv2", y, stride, Blocks.RELU6);
    y = Blocks.convBn(b, name + ".conv3", y, channels, 1, 1, 1);
    return stride == 1 && in == channels ? b.add(name + ".add", y, x) : y;
  }

  private int scaled(int channels) {
    return rounding.scale(channels, width);
  }
}
