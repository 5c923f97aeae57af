package org.intraq.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueType;
import java.io.File;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.intraq.config.ConfigException;
import org.intraq.config.HoconFile;
import org.intraq.config.IntraQConfig;
import org.intraq.models.data.Datasets;
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
  private static final String DATA = "--data";

  private ConfigFile() {}

  /**
   * Makes the scalars of the file that {@code args} name the defaults of the options. A run that
   * goes on has such files in its folder, one of settings and one of other options, so that only
   * what differs need be given again; so has one whose report is drawn again.
   */
  static void setDefaults(CommandLine line, String... args) {
    String named = value(OPTION, args);
    String folder = folder(line, args);
    if (named == null && folder == null) {
      return;
    }
    File file = named != null ? new File(named) : new File(folder, RunFolder.CONFIG);
    boolean resumes = named == null && file.isFile() && value("--out", args) != null;
    Config config = parseQuietly(file);
    if (folder != null) {
      boolean given = value(DATA, args) != null || config.hasPath("data");
      Config remembered = parseQuietly(new File(folder, RunFolder.OPTIONS));
      config = config.withFallback(given ? remembered : withoutLostData(line, remembered));
    }
    Config defaults = config;
    line.setDefaultValueProvider(
        argument -> {
          if (!(argument instanceof CommandLine.Model.OptionSpec option) || isFlag(option, args)) {
            return null;
          }
          String key = option.longestName().replaceAll("^-+", "");
          return resumes && OPTION.equals("--" + key) ? file.getPath() : scalar(defaults, key);
        });
  }

  /**
   * Images to measure with may be gone, or the run have been copied to another machine; it goes on
   * without them.
   */
  private static Config withoutLostData(CommandLine line, Config remembered) {
    if (!remembered.hasPath("data") || Datasets.exists(remembered.getString("data"))) {
      return remembered;
    }
    line.getErr()
        .println(
            "intraq: "
                + remembered.getString("data")
                + ": not there any more; goes on without. Give --data again to measure");
    return remembered.withoutPath("data").withoutPath("limit").withoutPath("every-epoch");
  }

  /** Whether it is a flag that is given: Picocli makes the opposite of the default of such. */
  private static boolean isFlag(CommandLine.Model.OptionSpec option, String... args) {
    return option.arity().max() == 0
        && !Collections.disjoint(List.of(args), List.of(option.names()));
  }

  /** The folder of the run that a command goes on with or reports again, or null. */
  private static String folder(CommandLine line, String... args) {
    if (List.of(args).contains("--resume")) {
      return value("--out", args);
    }
    if (args.length == 0 || !args[0].equals("report")) {
      return null;
    }
    for (int i = 1; i < args.length; i++) {
      if (!isValue(line, args[i - 1]) && new File(args[i], RunFolder.OPTIONS).isFile()) {
        return args[i];
      }
    }
    return null;
  }

  /** Whether the word behind {@code word} is the value of an option of 'report'. */
  private static boolean isValue(CommandLine line, String word) {
    var option = line.getSubcommands().get("report").getCommandSpec().findOption(word);
    return option != null && option.arity().max() > 0;
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
      return file.isFile() ? HoconFile.read(file.toPath()) : ConfigFactory.empty();
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
      throw new UserException(
          file
              + (file.isDirectory() ? ": is a folder" : ": no such file")
              + "; name a HOCON file with --config");
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
