package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.intraq.config.Presets;
import org.intraq.models.net.Network;
import org.intraq.models.zoo.Zoo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Where settings come from. */
final class QuantizeOptionsTest {
  private static final String HINTS = "fine-tuning.hints";

  @Command(name = "test")
  private static final class Options {
    @Mixin private QuantizeOptions options;
  }

  private static double hints(Network network, String... words) {
    Options parsed = new Options();
    new CommandLine(parsed).parseArgs(words);
    return parsed.options.tree(network, 1).getDouble(HINTS);
  }

  /** The settings of a run, also of one that began before there were hints, are all of them. */
  @Test
  void whatARunDidNotKnowItHadNot(@TempDir Path folder) throws IOException {
    Network network = Zoo.get("mobilenet_w1").network();
    double today = hints(network, "--out", folder + "/new");
    assertTrue(today > 0, "off by itself: the test tests nothing");
    String older =
        Presets.render(
            Presets.tree("default", Presets.Profile.IMAGENET)
                .withoutPath("seed")
                .withoutPath(HINTS));
    Path settings = Files.writeString(folder.resolve("config.conf"), older);
    String[] words = {"--out", folder + "/new", "--config", settings.toString()};
    assertEquals(today, hints(network, words), "a file of the user's");
    Files.writeString(folder.resolve("run.json"), "{}");
    assertEquals(0, hints(network, words), "settings of a run");
    words =
        new String[] {
          "--resume", "--out", folder.toString(), "--config", folder + "/./config.conf"
        };
    assertEquals(0, hints(network, words), "a run that goes on");
  }
}
