package org.intraq.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigIncludeContext;
import com.typesafe.config.ConfigIncluder;
import com.typesafe.config.ConfigIncluderClasspath;
import com.typesafe.config.ConfigIncluderFile;
import com.typesafe.config.ConfigIncluderURL;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigParseOptions;
import java.io.File;
import java.io.IOException;
import java.io.StringReader;
import java.net.URL;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Reads a HOCON file that may come from a stranger: settings are values, so what fetches or
 * multiplies is refused. Includes would read other files and the network; substitutions would read
 * the environment, and twelve lines of them grow to gigabytes.
 */
public final class HoconFile {
  /** Settings of all presets together take a hundredth of it. */
  private static final int MAX_BYTES = 1 << 20;

  /** The library repeats the file's text in its messages, however long it is. */
  private static final int MAX_MESSAGE = 300;

  private HoconFile() {}

  /**
   * Reads and resolves {@code file}.
   *
   * @throws ConfigException if it is no HOCON file, too large, nested too deeply, or holds an
   *     include or a substitution
   */
  public static Config read(Path file) {
    ConfigParseOptions options =
        ConfigParseOptions.defaults()
            .setOriginDescription(file.toString())
            .setIncluder(new Refuser(file));
    try {
      Config config = ConfigFactory.parseReader(new StringReader(text(file)), options);
      if (!config.isResolved()) {
        throw new ConfigException(
            file + ": substitutions such as ${name} are not supported; write the value itself");
      }
      return config;
    } catch (com.typesafe.config.ConfigException e) {
      throw new ConfigException(shortened(file, e), e);
    } catch (StackOverflowError e) {
      throw new ConfigException(file + ": nests its settings too deeply", e);
    }
  }

  private static String text(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new ConfigException(file + ": no such file; name a HOCON file");
    }
    try {
      long size = Files.size(file);
      if (size > MAX_BYTES) {
        throw new ConfigException(
            "%s: has %d bytes, a file of settings has at most %d".formatted(file, size, MAX_BYTES));
      }
      byte[] bytes = Files.readAllBytes(file);
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new ConfigException(file + ": is no UTF-8 text", e);
    } catch (IOException e) {
      throw new ConfigException(file + ": cannot be read: " + e.getMessage(), e);
    }
  }

  /** The library's message, which begins with the file where it knows the line. */
  private static String shortened(Path file, com.typesafe.config.ConfigException e) {
    String text = String.valueOf(e.getMessage());
    String named = text.startsWith(file.toString()) ? text : file + ": " + text;
    int most = MAX_MESSAGE + file.toString().length();
    return named.length() <= most ? named : named.substring(0, most) + " ...";
  }

  /**
   * Refuses every kind of include; without all four interfaces the library falls back to its own.
   */
  private record Refuser(Path file)
      implements ConfigIncluder, ConfigIncluderFile, ConfigIncluderURL, ConfigIncluderClasspath {
    private ConfigObject refuse(Object what) {
      throw new ConfigException(
          "%s: includes %s, which is not supported; write the settings into one file"
              .formatted(file, what));
    }

    @Override
    public ConfigIncluder withFallback(ConfigIncluder fallback) {
      return this;
    }

    @Override
    public ConfigObject include(ConfigIncludeContext context, String what) {
      return refuse(what);
    }

    @Override
    public ConfigObject includeFile(ConfigIncludeContext context, File what) {
      return refuse(what);
    }

    @Override
    public ConfigObject includeURL(ConfigIncludeContext context, URL what) {
      return refuse(what);
    }

    @Override
    public ConfigObject includeResources(ConfigIncludeContext context, String what) {
      return refuse(what);
    }
  }
}
