package org.intraq.models.names;

import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.MobileNetV2;

/**
 * torchvision's names of MobileNetV2: {@code features.3.conv.0.0.weight} is the expansion of the
 * third bottleneck, {@code features.3.conv.2.weight} its projection.
 */
final class TorchvisionMobileNetV2Names implements NameTable {
  @Override
  public String origin() {
    return "torchvision's MobileNetV2";
  }

  @Override
  public List<Architecture> candidates() {
    return List.of(
        MobileNetV2.torchvision(1),
        MobileNetV2.torchvision(0.75),
        MobileNetV2.torchvision(0.5),
        MobileNetV2.torchvision(0.25),
        MobileNetV2.torchvision(1.4));
  }

  @Override
  public String prefix(Architecture architecture, String node) {
    NodeName n = NodeName.of(node);
    if (n.isClassifier()) {
      return "classifier.1";
    }
    String leaf = n.isConv() ? ".0" : ".1";
    List<Integer> units = MobileNetV2.unitsPerStage();
    if (n.stage() == 0) {
      int count = units.stream().mapToInt(Integer::intValue).sum();
      return "features." + (n.part().equals("init_block") ? 0 : count + 1) + leaf;
    }
    int unit = n.index(units) + 1;
    // The first bottleneck expands nothing, so its layers stand one place further up.
    int layer = n.part().charAt("conv".length()) - '1' - (unit == 1 ? 1 : 0);
    String at = "features." + unit + ".conv.";
    if (n.part().equals("conv3")) {
      return at + (n.isConv() ? layer : layer + 1);
    }
    return at + layer + leaf;
  }

  @Override
  public Preprocessing preprocessing(Architecture architecture) {
    return Preprocessing.IMAGENET;
  }
}
