package org.intraq.bench.harness;

import java.util.LinkedHashMap;
import java.util.Map;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.kernel.conv2d.Conv2dShape;

/** The sizes that networks call kernels with, by the names of their layers. */
public final class Layers {
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

  /** Different inputs of BatchNorm layers [N, H, W, C], by the first layer that has each. */
  public static Map<String, int[]> normalized(String network, int batch) {
    Map<String, int[]> found = new LinkedHashMap<>();
    Network net = Zoo.get(network).network();
    for (Node.BatchNorm norm : net.all(Node.BatchNorm.class)) {
      Conv2dShape g = ((Node.Conv) norm.input()).geometry();
      int[] extents = {batch, g.outH(), g.outW(), g.oc()};
      if (found.values().stream().noneMatch(e -> java.util.Arrays.equals(e, extents))) {
        found.put(label(network, norm), extents);
      }
    }
    return found;
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
