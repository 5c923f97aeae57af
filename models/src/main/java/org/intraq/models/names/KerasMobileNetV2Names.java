package org.intraq.models.names;

import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.MobileNetV2;

/**
 * Keras' layer names of MobileNetV2 with PyTorch's parameter names: {@code block_1_expand.weight},
 * {@code block_1_expand_BN.running_mean}. The names imply TensorFlow's padding and an eps of 1e-3.
 */
final class KerasMobileNetV2Names implements NameTable {
  @Override
  public String origin() {
    return "Keras' MobileNetV2";
  }

  @Override
  public List<Architecture> candidates() {
    return List.of(
        MobileNetV2.keras(1),
        MobileNetV2.keras(0.75),
        MobileNetV2.keras(0.5),
        MobileNetV2.keras(0.35),
        MobileNetV2.keras(1.3),
        MobileNetV2.keras(1.4));
  }

  @Override
  public String prefix(Architecture architecture, String node) {
    NodeName n = NodeName.of(node);
    if (n.isClassifier()) {
      return "predictions";
    }
    if (n.stage() == 0) {
      return n.part().equals("init_block")
          ? n.isConv() ? "Conv1" : "bn_Conv1"
          : n.isConv() ? "Conv_1" : "Conv_1_bn";
    }
    int unit = n.index(MobileNetV2.unitsPerStage());
    String role =
        switch (n.part()) {
          case "conv1" -> "_expand";
          case "conv2" -> "_depthwise";
          default -> "_project";
        };
    String bn = n.isConv() ? "" : "_BN";
    return (unit == 0 ? "expanded_conv" : "block_" + unit) + role + bn;
  }

  @Override
  public Preprocessing preprocessing(Architecture architecture) {
    return Preprocessing.KERAS_MOBILENET;
  }
}
