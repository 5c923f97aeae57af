package org.intraq.models.zoo;

import java.util.List;
import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.Node;

/**
 * The residual networks for 32x32 images.
 *
 * <pre>
 *   output     32x32    16x16     8x8
 *   layers     1 + 2n    2n       2n      n = (depth - 2) / 6: 3, 5, 7, 9 for 20, 32, 44, 56
 *   filters      16      32       64      then global average pooling and a linear classifier
 * </pre>
 *
 * <p>Source: K. He et al., "Deep Residual Learning for Image Recognition", 2015, section 4.2.
 *
 * @param depth 6n + 2
 * @param shortcut what skips a block that changes the extents
 */
public record CifarResNet(int depth, Shortcut shortcut, Settings settings) implements Architecture {
  static final String FAMILY = "cifar_resnet";

  /** What skips a block that changes the extents. */
  public enum Shortcut {
    /** Option A of the paper: every second sample, zeros in the new channels. */
    PARAMETER_FREE,
    /** Option B: a 1x1 convolution with BatchNorm, as in pytorchcv. */
    PROJECTION
  }

  private record Stage(int filters, int stride) {}

  private static final List<Stage> STAGES =
      List.of(new Stage(16, 1), new Stage(32, 2), new Stage(64, 2));

  /**
   * Checks the depth.
   *
   * @throws IllegalArgumentException if it is not 6n + 2
   */
  public CifarResNet {
    if (depth < 8 || depth > 1202 || (depth - 2) % 6 != 0) {
      throw new IllegalArgumentException(
          "cifar resnet: expected a depth of 6n + 2 such as 20 or 56, got " + depth);
    }
  }

  static CifarResNet of(Options options, Settings settings) {
    return new CifarResNet(
        options.integer("depth"), options.choice("shortcut", Shortcut.class), settings);
  }

  @Override
  public Options options() {
    return Options.of(FAMILY).with("depth", depth).with("shortcut", shortcut);
  }

  @Override
  public CifarResNet with(Settings other) {
    return new CifarResNet(depth, shortcut, other);
  }

  @Override
  public String baseName() {
    return "resnet" + depth;
  }

  @Override
  public Network build(String name) {
    NetworkBuilder b = new NetworkBuilder(settings.padding(), settings.eps());
    Node x = b.input(settings.size(), settings.size(), settings.channels());
    x = Blocks.convBnAct(b, "features.init_block", x, 16, 3, 1, 1, Blocks.RELU);
    for (int s = 0; s < STAGES.size(); s++) {
      for (int u = 0; u < (depth - 2) / 6; u++) {
        String unit = "features.stage" + (s + 1) + ".unit" + (u + 1);
        x = unit(b, unit, x, STAGES.get(s).filters, u == 0 ? STAGES.get(s).stride : 1);
      }
    }
    Blocks.classifier(b, x, settings.classes(), true);
    return b.build(name, settings.classes());
  }

  /** Two 3x3 convolutions around which the input is added (figure 2). */
  private Node unit(NetworkBuilder b, String name, Node x, int filters, int stride) {
    Node y = Blocks.convBnAct(b, name + ".body.conv1", x, filters, 3, stride, 1, Blocks.RELU);
    y = Blocks.convBn(b, name + ".body.conv2", y, filters, 3, 1, 1);
    Node skip = x;
    if (stride != 1) {
      skip =
          shortcut == Shortcut.PROJECTION
              ? Blocks.convBn(b, name + ".identity_conv", x, filters, 1, stride, 1)
              : b.subsample(name + ".identity", x, stride, filters);
    }
    return b.activation(name + ".activ", b.add(name + ".add", y, skip), Blocks.RELU);
  }
}
