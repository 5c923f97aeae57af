package org.intraq.models.names;

import java.util.List;

/** All conventions of naming. */
final class NameTables {
  /** The conventions, in the order in which they are tried. */
  static final List<NameTable> ALL =
      List.of(
          new PytorchcvNames(),
          new TorchvisionResNetNames(),
          new TorchvisionMobileNetV2Names(),
          CifarRepositoryNames.LINEAR,
          CifarRepositoryNames.FC,
          new KerasMobileNetV1Names(),
          new KerasMobileNetV2Names());

  private NameTables() {}
}
