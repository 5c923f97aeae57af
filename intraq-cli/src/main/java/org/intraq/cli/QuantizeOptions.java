package org.intraq.cli;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigValueFactory;
import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.intraq.quantize.Bits;
import org.intraq.run.RunFolder;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The options of {@code synthesize}, {@code quantize} and {@code run}. */
final class QuantizeOptions {
  /** What the commands' help ends with. */
  static final String VALUES =
      "What is not given comes from the preset for networks of this kind. The folder's config.conf"
          + " holds every value as used, with its source.";

  @Option(
      names = "--preset",
      paramLabel = "NAME",
      defaultValue = "default",
      description = "Where values come from: default, paper or released (${DEFAULT-VALUE}).")
  private String preset;

  @Option(
      names = "--bits",
      paramLabel = "wKaK",
      description = "Bits of weights and activations, 2 to 8 each; several by commas (w4a4).")
  private String bits;

  @Option(
      names = "--layer-bits",
      paramLabel = "LAYER=wKaK",
      split = ",",
      description = "Bits of single layers, for instance output=w8; aK is that of its input.")
  private Map<String, String> layerBits;

  @Option(
      names = "--first-last-bits",
      paramLabel = "K",
      description = "Bits of the first and the last layer's weights.")
  private Integer firstLastBits;

  @Option(names = "--images", paramLabel = "N", description = "Synthetic images.")
  private Integer images;

  @Option(names = "--iterations", paramLabel = "N", description = "Iterations of a batch.")
  private Integer iterations;

  @Option(names = "--batch", paramLabel = "N", description = "Images synthesised together.")
  private Integer batch;

  @Option(names = "--groups", paramLabel = "N", description = "Groups of batches.")
  private Integer groups;

  @Option(
      names = "--epochs",
      paramLabel = "N",
      description = "Epochs of fine-tuning; 0 calibrates only.")
  private Integer epochs;

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "A HOCON file of options and settings; the command line beats it.")
  private File config;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "The folder of the run; new or empty, unless --resume.")
  private Path out;

  @Option(
      names = "--resume",
      description =
          "Go on with the run in the folder, which exists; nothing need be given again. New --bits are"
              + " added to those of the run.")
  private boolean resume;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Throws if an option is given that says how images are made: here they are there. */
  void requireNoneOfSynthesis() {
    for (String name : List.of("--images", "--iterations", "--batch", "--groups")) {
      if (command.commandLine().getParseResult().hasMatchedOption(name)) {
        throw new UserException(
            name + ": an option of 'synthesize'; the images in --synthetic are taken as they are");
      }
    }
  }

  Path out() {
    return out;
  }

  boolean resume() {
    return resume;
  }

  /** Every setting for a network. */
  Config tree(Network network, long seed) {
    Node.Input in = network.input();
    Config base = Presets.tree(preset, Presets.Profile.of(in.h(), network.classes()));
    Config file = config == null ? ConfigFactory.empty() : ConfigFile.settings(config, command);
    if (config != null && isOfRun(config.toPath().toAbsolutePath())) {
      file = Presets.ofRun(file);
    }
    Map<String, Object> own = new LinkedHashMap<>();
    put(own, "seed", seed);
    put(own, "bits", bits);
    put(own, "synthesis.images", images);
    put(own, "synthesis.iterations", iterations);
    put(own, "synthesis.batch", batch);
    put(own, "synthesis.groups", groups);
    put(own, "fine-tuning.epochs", epochs);
    put(own, "quantizer.first-last-bits", firstLastBits);
    Config tree = ConfigFactory.parseMap(own).withFallback(file).withFallback(base);
    if (layerBits != null) {
      tree = tree.withValue("quantizer.layer-bits", ConfigValueFactory.fromMap(layerBits));
    }
    return tree;
  }

  private static boolean isOfRun(Path file) {
    return file.endsWith(RunFolder.CONFIG) && RunFolder.holdsRun(file.getParent());
  }

  private static void put(Map<String, Object> map, String key, Object value) {
    if (value != null) {
      map.put(key, value);
    }
  }

  /** The widths asked for. */
  static List<Bits> widths(IntraQConfig config) {
    return widths(config.bits());
  }

  static List<Bits> widths(String bits) {
    List<Bits> widths = new ArrayList<>();
    for (String text : bits.split(",", -1)) {
      Bits width = Bits.parse(text);
      if (!widths.contains(width)) {
        widths.add(width);
      }
    }
    return widths;
  }
}
