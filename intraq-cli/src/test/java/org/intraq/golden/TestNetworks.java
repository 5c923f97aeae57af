package org.intraq.golden;

import org.intraq.models.net.Network;
import org.intraq.models.net.NetworkBuilder;
import org.intraq.models.net.NetworkBuilder.Padding;
import org.intraq.models.net.Node;

/** Networks under the names that golden files use, and small ones. */
public final class TestNetworks {
  private static final float INFINITE = Float.POSITIVE_INFINITY;

  private TestNetworks() {}

  /** Akamaster's: parameter-free shortcuts. */
  public static Network akamaster() {
    return build("resnet20_akamaster", 3, 16, 10);
  }

  /** A network of the same form that takes a moment only: one unit a stage, few channels. */
  public static Network tiny() {
    return build("tiny", 1, 4, 4);
  }

  private static Network build(String network, int units, int width, int classes) {
    NetworkBuilder b = new NetworkBuilder(Padding.SYMMETRIC, 1e-5f);
    int side = units == 3 ? 32 : 8;
    Node x = b.input(side, side, 3);
    x = b.conv("conv1", x, width, 3, 1, 1);
    x = b.batchNorm("bn1", x);
    x = b.activation("relu1", x, INFINITE);
    for (int stage = 1; stage <= 3; stage++) {
      for (int unit = 0; unit < units; unit++) {
        String name = "layer" + stage + "." + unit;
        int stride = stage > 1 && unit == 0 ? 2 : 1;
        int channels = width << (stage - 1);
        Node y = b.conv(name + ".conv1", x, channels, 3, stride, 1);
        y = b.batchNorm(name + ".bn1", y);
        y = b.activation(name + ".relu1", y, INFINITE);
        y = b.conv(name + ".conv2", y, channels, 3, 1, 1);
        y = b.batchNorm(name + ".bn2", y);
        Node shortcut = stride == 1 ? x : b.subsample(name + ".shortcut", x, 2, channels);
        x = b.activation(name + ".relu2", b.add(name + ".add", y, shortcut), INFINITE);
      }
    }
    b.linear("linear", b.globalAverage("pool", x), classes, true);
    return b.build(network, classes);
  }
}
