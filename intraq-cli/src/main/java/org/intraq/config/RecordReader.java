package org.intraq.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException.BadValue;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Fills a tree of records from a HOCON tree, strictly both ways: a missing key, an unknown key and
 * a value of another type are errors that name the key and where it stands. The component {@code
 * softShare} has the key {@code soft-share}; enum constants are written in lower case with hyphens.
 */
final class RecordReader {
  private RecordReader() {}

  /** Reads a record. */
  static <R extends Record> R read(Class<R> type, Config config, String path) {
    RecordComponent[] components = type.getRecordComponents();
    List<String> keys = Arrays.stream(components).map(c -> key(c.getName())).toList();
    for (var entry : config.root().entrySet()) {
      if (!keys.contains(entry.getKey())) {
        throw new ConfigException(
            "%s: unknown setting '%s'; known here are %s"
                .formatted(
                    entry.getValue().origin().description(),
                    join(path, entry.getKey()),
                    String.join(", ", keys)));
      }
    }
    Object[] arguments = new Object[components.length];
    Class<?>[] types = new Class<?>[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      arguments[i] = value(types[i], config, keys.get(i), join(path, keys.get(i)));
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(arguments);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof ConfigException known) {
        throw known;
      }
      throw new IllegalStateException("config: cannot make " + type.getSimpleName(), e.getCause());
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("config: cannot make " + type.getSimpleName(), e);
    }
  }

  /** {@code softShare} to {@code soft-share}. */
  static String key(String component) {
    return component.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
  }

  private static String join(String path, String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  private static Object value(Class<?> type, Config config, String key, String path) {
    if (!config.hasPath(key)) {
      throw new ConfigException("setting '" + path + "' is missing");
    }
    try {
      if (type == int.class) {
        return (int) whole(config.getValue(key), path, Integer.MAX_VALUE);
      } else if (type == long.class) {
        return whole(config.getValue(key), path, Long.MAX_VALUE);
      } else if (type == double.class) {
        return config.getDouble(key);
      } else if (type == boolean.class) {
        return config.getBoolean(key);
      } else if (type == String.class) {
        return config.getString(key);
      } else if (type == List.class) {
        List<Integer> list = new ArrayList<>();
        for (ConfigValue element : config.getList(key)) {
          list.add((int) whole(element, path, Integer.MAX_VALUE));
        }
        return list;
      } else if (type == Map.class) {
        return texts(config, key);
      } else if (type.isEnum()) {
        return constant(type, config.getString(key), path);
      }
      return read(type.asSubclass(Record.class), config.getConfig(key), path);
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException("setting '" + path + "': " + e.getMessage(), e);
    }
  }

  /** A whole number; HOCON would silently cut 2.7 down to 2. */
  private static long whole(ConfigValue value, String path, long most) {
    String text = String.valueOf(value.unwrapped()).strip();
    try {
      long number = new BigDecimal(text).longValueExact();
      if (number <= most && number >= -most - 1) {
        return number;
      }
    } catch (ArithmeticException | NumberFormatException e) {
      // What was given is said below.
    }
    throw new ConfigException("setting '" + path + "': expected a whole number, got " + text);
  }

  private static Map<String, String> texts(Config config, String key) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (Map.Entry<String, ConfigValue> entry : config.getObject(key).entrySet()) {
      if (entry.getValue().valueType() != ConfigValueType.STRING) {
        throw new BadValue(entry.getValue().origin(), entry.getKey(), "expected a text");
      }
      texts.put(entry.getKey(), (String) entry.getValue().unwrapped());
    }
    return texts;
  }

  private static Object constant(Class<?> type, String text, String path) {
    List<String> known = new ArrayList<>();
    for (Object constant : type.getEnumConstants()) {
      String word = word((Enum<?>) constant);
      if (word.equals(text)) {
        return constant;
      }
      known.add(word);
    }
    throw new ConfigException(
        "setting '%s': expected one of %s, got '%s'"
            .formatted(path, String.join(", ", known), text));
  }

  /** {@code CROSS_ENTROPY} to {@code cross-entropy}. */
  static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
