package org.intraq.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigRenderOptions;
import java.util.List;
import java.util.Map;

/**
 * The presets {@code default}, {@code paper} and {@code released} and their profiles for kinds of
 * networks, from the resource {@code presets.conf}.
 */
public final class Presets {
  /** The presets' names. */
  public static final List<String> NAMES = List.of("default", "paper", "released");

  private static final String RESOURCE = "org/intraq/config/presets.conf";
  private static final int LARGEST_SMALL_SIDE = 64;
  private static final int FEW_CLASSES = 20;

  /** Kinds of networks that the paper gives values for. */
  public enum Profile {
    /** Small images, up to 20 classes. */
    CIFAR10,
    /** Small images, more classes. */
    CIFAR100,
    /** Large images. */
    IMAGENET;

    /** The kind of a network with square inputs of {@code side} pixels. */
    public static Profile of(int side, int classes) {
      if (side > LARGEST_SMALL_SIDE) {
        return IMAGENET;
      }
      return classes <= FEW_CLASSES ? CIFAR10 : CIFAR100;
    }
  }

  /** Settings that runs of older versions have not written, and what they were there. */
  public static final Map<String, String> LATER = Map.of("fine-tuning.hints", "0");

  private Presets() {}

  /**
   * The values of a preset as a tree, for overrides to be put on top.
   *
   * @throws ConfigException if there is no preset of that name
   */
  public static Config tree(String preset, Profile profile) {
    if (!NAMES.contains(preset)) {
      throw new ConfigException(
          "unknown preset '" + preset + "'; choose one of " + String.join(", ", NAMES));
    }
    Config all = ConfigFactory.parseResources(Presets.class.getClassLoader(), RESOURCE);
    Config common = all.getConfig("common");
    Config kind = all.getConfig("profile." + RecordReader.word(profile));
    Config tree = part(kind, preset).withFallback(kind).withFallback(part(common, preset));
    tree = tree.withFallback(common);
    for (String name : NAMES) {
      tree = tree.withoutPath(name);
    }
    return tree;
  }

  private static Config part(Config config, String preset) {
    return config.hasPath(preset) ? config.getConfig(preset) : ConfigFactory.empty();
  }

  /**
   * The tree as records.
   *
   * @throws ConfigException if a setting is missing, unknown or out of range
   */
  public static IntraQConfig read(Config tree) {
    return RecordReader.read(IntraQConfig.class, tree, "");
  }

  /**
   * The settings that a run wrote, of this version or an older one: what did not exist then is off.
   */
  public static Config ofRun(Config settings) {
    return settings.withFallback(ConfigFactory.parseMap(LATER));
  }

  /** A preset as it is. */
  public static IntraQConfig of(String preset, Profile profile) {
    return read(tree(preset, profile));
  }

  /** The tree as text, each value under the comment that names its source. */
  public static String render(Config tree) {
    return tree.root()
        .render(
            ConfigRenderOptions.defaults()
                .setOriginComments(false)
                .setComments(true)
                .setJson(false)
                .setFormatted(true));
  }
}
