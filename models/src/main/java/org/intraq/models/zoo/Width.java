package org.intraq.models.zoo;

/** How a width multiplier turns a table's channel count into a network's. */
public enum Width {
  /** Truncated, as in pytorchcv. */
  TRUNCATED {
    @Override
    int scale(int channels, double width) {
      return (int) (channels * width);
    }
  },
  /** The nearest multiple of 8 that is not below 90 %, as in TensorFlow and torchvision. */
  MULTIPLE_OF_8 {
    @Override
    int scale(int channels, double width) {
      double wanted = channels * width;
      int rounded = Math.max(8, (int) (wanted + 4) / 8 * 8);
      return rounded < 0.9 * wanted ? rounded + 8 : rounded;
    }
  };

  abstract int scale(int channels, double width);

  /** pytorchcv's suffix: {@code w1}, {@code w3d4}, {@code wd2}, {@code wd4}, else {@code w1.4}. */
  static String suffix(double width) {
    if (width == 0.75) {
      return "w3d4";
    } else if (width == 0.5) {
      return "wd2";
    } else if (width == 0.25) {
      return "wd4";
    }
    return width == Math.rint(width) ? "w" + (int) width : "w" + width;
  }

  static double check(double width) {
    if (!(width >= 0.05 && width <= 8)) {
      throw new IllegalArgumentException(
          "mobilenet: expected a width multiplier of 0.05 to 8, got " + width);
    }
    return width;
  }
}
