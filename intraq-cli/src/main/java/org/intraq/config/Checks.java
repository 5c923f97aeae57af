package org.intraq.config;

/** Range checks whose messages name the setting. */
final class Checks {
  private Checks() {}

  static void atLeast(String name, int value, int least) {
    if (value < least) {
      throw new ConfigException(name + ": expected at least " + least + ", got " + value);
    }
  }

  static void between(String name, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new ConfigException(
          name + ": expected a number from " + low + " to " + high + ", got " + value);
    }
  }

  static void positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new ConfigException(name + ": expected a number above 0, got " + value);
    }
  }

  static void open01(String name, double value) {
    if (!(value > 0 && value < 1)) {
      throw new ConfigException(
          name + ": expected a number between 0 and 1, both excluded, got " + value);
    }
  }
}
