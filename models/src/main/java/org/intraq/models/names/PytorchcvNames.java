package org.intraq.models.names;

import java.util.List;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.Zoo;

/**
 * pytorchcv's names, which are our own ({@code features.stage1.unit1.body.conv1.conv.weight}). They
 * do not tell what the shapes do not show; that is the registry's business.
 */
final class PytorchcvNames implements NameTable {
  @Override
  public String origin() {
    return "pytorchcv";
  }

  @Override
  public List<Architecture> candidates() {
    return Zoo.names().stream().map(name -> Zoo.get(name).architecture()).toList();
  }

  @Override
  public String prefix(Architecture architecture, String node) {
    return node;
  }

  @Override
  public Preprocessing preprocessing(Architecture architecture) {
    Architecture usual =
        architecture.with(
            architecture.settings().withClasses(architecture.settings().size() == 32 ? 10 : 1000));
    return Zoo.naming(architecture)
        .or(() -> Zoo.naming(usual))
        .map(Zoo.Entry::preprocessing)
        .orElse(Preprocessing.IMAGENET);
  }

  @Override
  public boolean decidesVariant() {
    return false;
  }
}
