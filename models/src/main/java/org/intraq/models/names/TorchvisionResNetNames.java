package org.intraq.models.names;

import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.ResNet;
import org.intraq.models.zoo.ResNet.StrideAt;
import org.intraq.models.zoo.Settings;

/** torchvision's names of the ImageNet ResNets: {@code layer1.0.conv1.weight}, {@code fc.bias}. */
final class TorchvisionResNetNames implements NameTable {
  @Override
  public String origin() {
    return "torchvision's ResNet";
  }

  @Override
  public List<Architecture> candidates() {
    return List.of(
        new ResNet(18, StrideAt.MIDDLE, Settings.imagenet()),
        new ResNet(34, StrideAt.MIDDLE, Settings.imagenet()),
        new ResNet(50, StrideAt.MIDDLE, Settings.imagenet()));
  }

  @Override
  public String prefix(Architecture architecture, String node) {
    return residual(NodeName.of(node), "downsample", "fc");
  }

  /** The scheme that torchvision set and the CIFAR repositories follow. */
  static String residual(NodeName n, String shortcut, String classifier) {
    if (n.isClassifier()) {
      return classifier;
    }
    String kind = n.isConv() ? "conv" : "bn";
    if (n.stage() == 0) {
      return kind + "1";
    }
    String unit = "layer" + n.stage() + "." + (n.unit() - 1) + ".";
    return n.part().equals("identity_conv")
        ? unit + shortcut + (n.isConv() ? ".0" : ".1")
        : unit + kind + n.part().substring("body.conv".length());
  }

  @Override
  public Preprocessing preprocessing(Architecture architecture) {
    return Preprocessing.IMAGENET;
  }
}
