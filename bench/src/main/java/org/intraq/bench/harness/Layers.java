package org.intraq.bench.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.models.net.Node;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** The sizes that networks call kernels with, by the names of their layers. */
public final class Layers {
  private static final int SMALL_SIDE = 13;
  private static final int SMALL_CHANNELS = 70;

  private Layers() {}

  /** Different convolutions of a network at a batch size, by the first layer that has each. */
  public static Map<String, Conv2dShape> convolutions(String network, int batch) {
    Map<String, Conv2dShape> found = new LinkedHashMap<>();
    for (Node.Conv conv : Zoo.get(network).network().all(Node.Conv.class)) {
      Conv2dShape shape = conv.geometry().withBatch(batch);
      if (!found.containsValue(shape)) {
        found.put(label(network, conv), shape);
      }
    }
    return found;
  }

  /** The same window, stride and padding on one small image with few channels. */
  public static Conv2dShape small(Conv2dShape s) {
    int ic = Math.min(s.ic(), SMALL_CHANNELS);
    int oc = s.isDepthwise() ? ic : Math.min(s.oc(), SMALL_CHANNELS);
    return new Conv2dShape(
        1,
        Math.min(s.h(), SMALL_SIDE),
        Math.min(s.w(), SMALL_SIDE + 2),
        ic,
        oc,
        s.kh(),
        s.kw(),
        s.strideH(),
        s.strideW(),
        s.padTop(),
        s.padLeft(),
        s.padBottom(),
        s.padRight(),
        s.dilationH(),
        s.dilationW(),
        s.isDepthwise() ? ic : s.groups());
  }

  private static String label(String network, Node node) {
    String name = node.name();
    for (String part : new String[] {"features.", "body."}) {
      name = name.replace(part, "");
    }
    for (String end : new String[] {".conv", ".bn"}) {
      name = name.endsWith(end) ? name.substring(0, name.length() - end.length()) : name;
    }
    return network.replace("_cifar10", "") + "." + name;
  }
}
