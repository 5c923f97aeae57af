package org.intraq.models.zoo;

import org.intraq.models.net.Network;

/** One member of a family of networks. */
public sealed interface Architecture permits CifarResNet, ResNet, MobileNetV1, MobileNetV2 {
  /** The key under which weight files carry {@link #text}. */
  String METADATA_KEY = "architecture";

  /** What all families have in common. */
  Settings settings();

  /** The same with other common settings. */
  Architecture with(Settings settings);

  /** The nodes, in the paper's order. */
  Network build(String name);

  /** The family's name followed by what distinguishes this member, except for the settings. */
  Options options();

  /**
   * Whether users give this and {@code other} the same name: same family, depth, width, image
   * channels and classes. They may differ in shortcuts, padding, activation and the like.
   */
  default boolean isVariantOf(Architecture other) {
    return settings().classes() == other.settings().classes()
        && settings().channels() == other.settings().channels()
        && baseName().equals(other.baseName());
  }

  /** What users call it, without a data set: {@code resnet20}, {@code mobilenet_w3d4}. */
  String baseName();

  /**
   * One line that {@link #parse} reads back, for example {@code cifar_resnet depth=20
   * shortcut=projection size=32 channels=3 classes=10 padding=symmetric eps=1.0E-5}.
   */
  default String text() {
    return options().with(settings()).toString();
  }

  /**
   * Reads what {@link #text} writes.
   *
   * @throws IllegalArgumentException naming the word that is unknown, missing or malformed
   */
  static Architecture parse(String text) {
    Options options = Options.parse(text);
    Settings settings = options.settings();
    Architecture found =
        switch (options.family()) {
          case CifarResNet.FAMILY -> CifarResNet.of(options, settings);
          case ResNet.FAMILY -> ResNet.of(options, settings);
          case MobileNetV1.FAMILY -> MobileNetV1.of(options, settings);
          case MobileNetV2.FAMILY -> MobileNetV2.of(options, settings);
          default ->
              throw new IllegalArgumentException(
                  "architecture: unknown family '" + options.family() + "' in '" + text + "'");
        };
    options.requireNothingElse();
    return found;
  }
}
