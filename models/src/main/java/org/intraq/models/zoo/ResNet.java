package org.intraq.models.zoo;

import java.util.List;
import java.util.Map;
import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.Node;

/**
 * The residual networks for ImageNet.
 *
 * <pre>
 *   output    18-layer          34-layer          50-layer
 *   112x112   7x7, 64, stride 2
 *    56x56    3x3 max pool, stride 2
 *    56x56    [3x3,  64] x2 x2  [3x3,  64] x2 x3  [1x1,  64; 3x3,  64; 1x1,  256] x3
 *    28x28    [3x3, 128] x2 x2  [3x3, 128] x2 x4  [1x1, 128; 3x3, 128; 1x1,  512] x4
 *    14x14    [3x3, 256] x2 x2  [3x3, 256] x2 x6  [1x1, 256; 3x3, 256; 1x1, 1024] x6
 *     7x7     [3x3, 512] x2 x2  [3x3, 512] x2 x3  [1x1, 512; 3x3, 512; 1x1, 2048] x3
 *     1x1     global average pool, 1000-d linear
 * </pre>
 *
 * <p>Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015, table 1. Blocks
 * that change the extents are skipped by a 1x1 convolution with BatchNorm (option B).
 *
 * @param depth 18, 34 or 50
 * @param strideAt where a bottleneck has its stride; without meaning for 18 and 34
 */
public record ResNet(int depth, StrideAt strideAt, Settings settings) implements Architecture {
  static final String FAMILY = "resnet";

  /** Where a bottleneck has its stride. */
  public enum StrideAt {
    /** In the first 1x1 convolution, as in the paper and in pytorchcv's {@code resnet50}. */
    FIRST,
    /** In the 3x3 convolution, as in torchvision and in pytorchcv's {@code resnet50b}. */
    MIDDLE
  }

  private record Table(boolean bottleneck, List<Integer> units) {}

  private static final Map<Integer, Table> TABLES =
      Map.of(
          18, new Table(false, List.of(2, 2, 2, 2)),
          34, new Table(false, List.of(3, 4, 6, 3)),
          50, new Table(true, List.of(3, 4, 6, 3)));

  private static final List<Integer> WIDTHS = List.of(64, 128, 256, 512);
  private static final int BOTTLENECK_EXPANSION = 4;

  /**
   * Checks the depth.
   *
   * @throws IllegalArgumentException if it is not in the table
   */
  public ResNet {
    if (!TABLES.containsKey(depth)) {
      throw new IllegalArgumentException("resnet: expected a depth of 18, 34 or 50, got " + depth);
    }
  }

  static ResNet of(Options options, Settings settings) {
    return new ResNet(
        options.integer("depth"), options.choice("stride_at", StrideAt.class), settings);
  }

  @Override
  public Options options() {
    return Options.of(FAMILY).with("depth", depth).with("stride_at", strideAt);
  }

  @Override
  public ResNet with(Settings other) {
    return new ResNet(depth, strideAt, other);
  }

  @Override
  public String baseName() {
    return "resnet" + depth;
  }

  @Override
  public Network build(String name) {
    NetworkBuilder b = new NetworkBuilder(settings.padding(), settings.eps());
    Node x = b.input(settings.size(), settings.size(), settings.channels());
    x = Blocks.convBnAct(b, "features.init_block.conv", x, 64, 7, 2, 1, Blocks.RELU);
    x = b.maxPool("features.init_block.pool", x, 3, 2, 1);
    Table table = TABLES.get(depth);
    for (int s = 0; s < WIDTHS.size(); s++) {
      for (int u = 0; u < table.units.get(s); u++) {
        String unit = "features.stage" + (s + 1) + ".unit" + (u + 1);
        x = unit(b, unit, x, table.bottleneck, WIDTHS.get(s), s > 0 && u == 0 ? 2 : 1);
      }
    }
    Blocks.classifier(b, x, settings.classes(), true);
    return b.build(name, settings.classes());
  }

  private Node unit(
      NetworkBuilder b, String name, Node x, boolean bottleneck, int width, int stride) {
    int out = bottleneck ? BOTTLENECK_EXPANSION * width : width;
    Node y =
        bottleneck
            ? bottleneck(b, name + ".body", x, width, out, stride)
            : basic(b, name + ".body", x, width, stride);
    boolean same = stride == 1 && b.extent(x).c() == out;
    Node skip = same ? x : Blocks.convBn(b, name + ".identity_conv", x, out, 1, stride, 1);
    return b.activation(name + ".activ", b.add(name + ".add", y, skip), Blocks.RELU);
  }

  /** Figure 5, left. */
  private static Node basic(NetworkBuilder b, String name, Node x, int width, int stride) {
    Node y = Blocks.convBnAct(b, name + ".conv1", x, width, 3, stride, 1, Blocks.RELU);
    return Blocks.convBn(b, name + ".conv2", y, width, 3, 1, 1);
  }

  /** Figure 5, right. */
  private Node bottleneck(NetworkBuilder b, String name, Node x, int width, int out, int stride) {
    int first = strideAt == StrideAt.FIRST ? stride : 1;
    Node y = Blocks.convBnAct(b, name + ".conv1", x, width, 1, first, 1, Blocks.RELU);
    y = Blocks.convBnAct(b, name + ".conv2", y, width, 3, stride / first, 1, Blocks.RELU);
    return Blocks.convBn(b, name + ".conv3", y, out, 1, 1, 1);
  }
}
