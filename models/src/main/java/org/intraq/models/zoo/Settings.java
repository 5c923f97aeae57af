package org.intraq.models.zoo;

import org.intraq.models.net.NetworkBuilder.Padding;

/**
 * What all families have in common.
 *
 * @param size height and width of the images
 * @param channels of the images: 3, or 1 for grey ones
 * @param classes number of logits
 * @param padding where strided convolutions put their padding
 * @param eps the constant under BatchNorm's square root
 */
public record Settings(int size, int channels, int classes, Padding padding, float eps) {
  /** PyTorch's default of {@link #eps}. */
  public static final float TORCH_EPS = 1e-5f;

  /** Keras' default of {@link #eps}. */
  public static final float KERAS_EPS = 1e-3f;

  private static final int MAX_SIZE = 4096;

  /**
   * Checks the values.
   *
   * @throws IllegalArgumentException if one is out of range
   */
  public Settings {
    if (size < 1 || size > MAX_SIZE || channels < 1 || classes < 1 || !(eps > 0)) {
      throw new IllegalArgumentException(
          "network: expected size 1 to 4096, channels and classes >= 1, eps > 0, got "
              + size
              + ", "
              + channels
              + ", "
              + classes
              + ", "
              + eps);
    }
  }

  /** 32x32 RGB images, as PyTorch's CIFAR networks take them. */
  public static Settings cifar(int classes) {
    return new Settings(32, 3, classes, Padding.SYMMETRIC, TORCH_EPS);
  }

  /** 224x224 RGB images in 1000 classes, by PyTorch's conventions. */
  public static Settings imagenet() {
    return new Settings(224, 3, 1000, Padding.SYMMETRIC, TORCH_EPS);
  }

  /** 224x224 RGB images in 1000 classes, by Keras' conventions. */
  public static Settings keras() {
    return new Settings(224, 3, 1000, Padding.SAME, KERAS_EPS);
  }

  /** The same with another number of classes. */
  public Settings withClasses(int count) {
    return new Settings(size, channels, count, padding, eps);
  }

  /** The same for images with another number of channels. */
  public Settings withChannels(int count) {
    return new Settings(size, count, classes, padding, eps);
  }
}
