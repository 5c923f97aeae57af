package org.intraq.models.names;

import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.MobileNetV1;

/**
 * Keras' layer names of MobileNet with PyTorch's parameter names: {@code conv_dw_1.weight}, {@code
 * conv_dw_1_bn.running_mean}. The names imply TensorFlow's padding, ReLU6 and an eps of 1e-3.
 */
final class KerasMobileNetV1Names implements NameTable {
  @Override
  public String origin() {
    return "Keras' MobileNet";
  }

  @Override
  public List<Architecture> candidates() {
    return List.of(
        MobileNetV1.keras(1),
        MobileNetV1.keras(0.75),
        MobileNetV1.keras(0.5),
        MobileNetV1.keras(0.25));
  }

  @Override
  public String prefix(Architecture architecture, String node) {
    NodeName n = NodeName.of(node);
    if (n.isClassifier()) {
      return "conv_preds";
    }
    String bn = n.isConv() ? "" : "_bn";
    if (n.stage() == 0) {
      return "conv1" + bn;
    }
    String kind = n.part().substring(0, 2); // dw_conv or pw_conv
    return "conv_" + kind + "_" + (n.index(MobileNetV1.unitsPerStage()) + 1) + bn;
  }

  @Override
  public Preprocessing preprocessing(Architecture architecture) {
    return Preprocessing.KERAS_MOBILENET;
  }
}
