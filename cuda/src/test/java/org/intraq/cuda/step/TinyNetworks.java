package org.intraq.cuda.step;

import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.NetworkBuilder.Padding;
import org.intraq.models.net.Node;

/** A residual and a depthwise network that take a moment even where a GPU is a host program. */
public final class TinyNetworks {
  static final int SIDE = 8;
  static final int CLASSES = 4;
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  private TinyNetworks() {}

  /** One unit a stage, parameter-free shortcuts. */
  public static Network resNet() {
    NetworkBuilder b = new NetworkBuilder(Padding.SYMMETRIC, 1e-5f);
    Node x = block(b, "stem", b.input(SIDE, SIDE, 3), 4, 3, 1, 1, INFINITE);
    for (int stage = 1; stage <= 2; stage++) {
      String name = "layer" + stage + ".0";
      int stride = stage;
      int channels = 4 * stage;
      Node y = block(b, name + ".first", x, channels, 3, stride, 1, INFINITE);
      y = b.batchNorm(name + ".bn2", b.conv(name + ".conv2", y, channels, 3, 1, 1));
      Node shortcut = stride == 1 ? x : b.subsample(name + ".shortcut", x, stride, channels);
      x = b.activation(name + ".relu2", b.add(name + ".add", y, shortcut), INFINITE);
    }
    b.linear("linear", b.globalAverage("pool", x), CLASSES, true);
    return b.build("tiny_resnet", CLASSES);
  }

  /** A strided stem and two separable blocks with ReLU6. */
  public static Network mobileNet() {
    NetworkBuilder b = new NetworkBuilder(Padding.SYMMETRIC, 1e-3f);
    Node x = block(b, "stem", b.input(SIDE, SIDE, 3), 8, 3, 2, 1, 6);
    x = block(b, "one.depthwise", x, 8, 3, 1, 8, 6);
    x = block(b, "one.point", x, 12, 1, 1, 1, 6);
    x = block(b, "two.depthwise", x, 12, 3, 2, 12, 6);
    x = block(b, "two.point", x, 16, 1, 1, 1, 6);
    b.linear("linear", b.globalAverage("pool", x), CLASSES, true);
    return b.build("tiny_mobilenet", CLASSES);
  }

  private static Node block(
      NetworkBuilder b,
      String name,
      Node x,
      int channels,
      int kernel,
      int stride,
      int groups,
      float cap) {
    Node z = b.conv(name + ".conv", x, channels, kernel, stride, groups);
    return b.activation(name + ".relu", b.batchNorm(name + ".bn", z), cap);
  }
}
