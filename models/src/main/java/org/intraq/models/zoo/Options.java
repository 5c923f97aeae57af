package org.intraq.models.zoo;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.intraq.models.net.NetworkBuilder.Padding;

/** The words of {@link Architecture#text}: a family and its {@code key=value} pairs, in order. */
public final class Options {
  private final String family;
  private final Map<String, String> values = new LinkedHashMap<>();
  private final Set<String> read = new HashSet<>();

  private Options(String family) {
    this.family = family;
  }

  static Options of(String family) {
    return new Options(family);
  }

  static Options parse(String text) {
    String[] words = text.strip().split("\\s+");
    Options options = new Options(words[0]);
    for (int i = 1; i < words.length; i++) {
      int equals = words[i].indexOf('=');
      if (equals < 1
          || options.values.put(words[i].substring(0, equals), words[i].substring(equals + 1))
              != null) {
        throw new IllegalArgumentException(
            "architecture: expected distinct key=value words, got '" + words[i] + "'");
      }
    }
    return options;
  }

  String family() {
    return family;
  }

  Options with(String key, Object value) {
    values.put(
        key, value instanceof Enum<?> e ? e.name().toLowerCase(Locale.ROOT) : value.toString());
    return this;
  }

  Options with(Settings s) {
    return with("size", s.size())
        .with("channels", s.channels())
        .with("classes", s.classes())
        .with("padding", s.padding())
        .with("eps", s.eps());
  }

  Settings settings() {
    return new Settings(
        integer("size"),
        integer("channels"),
        integer("classes"),
        choice("padding", Padding.class),
        (float) number("eps"));
  }

  private String word(String key) {
    String value = values.get(key);
    if (value == null) {
      throw new IllegalArgumentException("architecture: '" + this + "' lacks '" + key + "'");
    }
    read.add(key);
    return value;
  }

  int integer(String key) {
    double value = number(key);
    if (value != Math.rint(value) || Math.abs(value) > 1 << 20) {
      throw malformed(key);
    }
    return (int) value;
  }

  double number(String key) {
    try {
      return Double.parseDouble(word(key));
    } catch (NumberFormatException e) {
      throw malformed(key);
    }
  }

  boolean flag(String key) {
    return switch (word(key)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw malformed(key);
    };
  }

  <E extends Enum<E>> E choice(String key, Class<E> type) {
    String value = word(key);
    for (E constant : type.getEnumConstants()) {
      if (constant.name().equalsIgnoreCase(value)) {
        return constant;
      }
    }
    throw malformed(key);
  }

  private IllegalArgumentException malformed(String key) {
    return new IllegalArgumentException(
        "architecture: malformed value in '" + key + "=" + values.get(key) + "'");
  }

  void requireNothingElse() {
    for (String key : values.keySet()) {
      if (!read.contains(key)) {
        throw new IllegalArgumentException(
            "architecture: " + family + " has no option '" + key + "'");
      }
    }
  }

  @Override
  public String toString() {
    return values.entrySet().stream()
        .map(e -> " " + e.getKey() + "=" + e.getValue())
        .collect(Collectors.joining("", family, ""));
  }
}
