package org.intraq.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.util.List;
import java.util.Map;
import org.intraq.config.ConfigException;
import org.intraq.config.HoconFile;
import org.intraq.config.IntraQConfig;
import org.intraq.run.RunFolder;
import picocli.CommandLine;

/**
 * A HOCON file with options under their own names and settings under those of the presets:
 *
 * <pre>
 *   weights = resnet20.safetensors      # as --weights
 *   bits = w3a3                         # as --bits
 *   synthesis.marginal.lower = 0.1      # a setting
 * </pre>
 *
 * <p>The command line beats the file, the file beats the preset.
 */
final class ConfigFile {
  private static final String OPTION = "--config";

  private ConfigFile() {}

  /**
   * Makes the scalars of the file that {@code args} name the defaults of the options. A run that
   * goes on has such a file in its folder, so that only what differs need be given again.
   */
  static void setDefaults(CommandLine line, String... args) {
    String named = value(OPTION, args);
    String out = value("--out", args);
    boolean resumes = named == null && out != null && List.of(args).contains("--resume");
    if (named == null && !resumes) {
      return;
    }
    File file = resumes ? new File(out, RunFolder.CONFIG) : new File(named);
    if (!file.isFile()) {
      return;
    }
    Config config = parseQuietly(file);
    line.setDefaultValueProvider(
        argument -> {
          String key =
              argument.isOption()
                  ? ((CommandLine.Model.OptionSpec) argument).longestName().replaceAll("^-+", "")
                  : "";
          return resumes && OPTION.equals("--" + key) ? file.getPath() : scalar(config, key);
        });
  }

  /** The last value of an option, or null. */
  private static String value(String option, String... args) {
    String value = null;
    for (int i = 0; i < args.length; i++) {
      if (args[i].equals(option) && i + 1 < args.length) {
        value = args[i + 1];
      } else if (args[i].startsWith(option + "=")) {
        value = args[i].substring(option.length() + 1);
      }
    }
    return value;
  }

  /** What is wrong with the file is said when the command reads it. */
  private static Config parseQuietly(File file) {
    try {
      return HoconFile.read(file.toPath());
    } catch (ConfigException e) {
      return ConfigFactory.empty();
    }
  }

  private static String scalar(Config config, String key) {
    if (key.isEmpty() || !config.root().containsKey(key)) {
      return null;
    }
    var value = config.root().get(key);
    boolean isScalar =
        value.valueType() == ConfigValueType.STRING
            || value.valueType() == ConfigValueType.NUMBER
            || value.valueType() == ConfigValueType.BOOLEAN;
    return isScalar ? String.valueOf(value.unwrapped()) : null;
  }

  /** The settings of a file, without the options, which have been read as such. */
  static Config settings(File file, CommandLine.Model.CommandSpec command) {
    if (!file.isFile()) {
      throw new UserException(file + ": no such file; name a HOCON file with --config");
    }
    Config config = HoconFile.read(file.toPath());
    for (Map.Entry<String, ?> entry : Map.copyOf(config.root()).entrySet()) {
      boolean isOption = command.findOption("--" + entry.getKey()) != null;
      boolean isSetting = IntraQConfig.isSection(entry.getKey());
      if (!isOption && !isSetting) {
        throw new UserException(
            "%s: '%s' is neither an option of this command nor a group of settings"
                .formatted(file, entry.getKey()));
      }
      if (!isSetting) {
        config = config.withoutPath("\"" + entry.getKey() + "\"");
      }
    }
    return config;
  }
}
