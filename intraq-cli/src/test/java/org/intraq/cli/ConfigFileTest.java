package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a command takes from a file of settings or from the folder of a run. */
final class ConfigFileTest {
  private static final String WEIGHTS =
      Path.of(
              System.getProperty("user.dir"),
              "..",
              "models/pretrained/resnet20_fashion.safetensors")
          .toString();

  @TempDir private Path folder;

  /** What is said of a command that fails as the user's fault. */
  private static String fails(String... words) {
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(new StringWriter()), new PrintWriter(err), words);
    assertEquals(Failures.USER, code, err::toString);
    return err.toString();
  }

  private Path run(String name, String options) throws IOException {
    Path run = Files.createDirectories(folder.resolve(name));
    Files.writeString(run.resolve("run.json"), "{}");
    Files.writeString(run.resolve("options.conf"), options);
    return run;
  }

  @Test
  void aRunThatWasCopiedIsReportedWithoutItsData() throws IOException {
    Path run = run("r", "data = /nowhere/test.bin, limit = 5, every-epoch = true");
    String said = fails("report", run.toString(), "--weights", WEIGHTS);
    assertTrue(said.contains("/nowhere/test.bin: not there any more; goes on without"), said);
    assertTrue(said.contains("holds no images"), "and it went on: " + said);
  }

  /** Nothing is measured for hours without a word, because of a slip in a file. */
  @Test
  void dataThatAFileNamesHasToBeThere() throws IOException {
    Path file = Files.writeString(folder.resolve("mine.conf"), "data = /nowhere/test.bin");
    String out = folder.resolve("out").toString();
    String said =
        fails("run", "--weights", WEIGHTS, "--bits", "w4a4", "--out", out, "--config", "" + file);
    assertTrue(said.contains("/nowhere/test.bin: no such file or folder"), said);
    assertFalse(Files.exists(Path.of(out)));
  }

  @Test
  void theRunsOptionsCountAndNotThoseOfItsImages() throws IOException {
    Path images = run("s", "weights = /of/the/images");
    Path run = run("q", "weights = /of/the/run");
    for (String[] words :
        new String[][] {
          {"report", "--synthetic", images.toString(), run.toString()},
          {"report", "--json", run.toString(), "--synthetic", images.toString()}
        }) {
      Files.createDirectories(run.resolve("images"));
      Files.writeString(run.resolve("config.conf"), "seed = 1");
      assertTrue(fails(words).contains("/of/the/run: no such file"));
    }
  }

  @Test
  void settingsThatAreMissingAreNamed() throws IOException {
    Path run = run("r", "");
    Files.writeString(run.resolve("config.conf"), "seed = 1");
    Files.createDirectories(run.resolve("images"));
    Files.writeString(run.resolve("images/batch-000.safetensors"), "");
    String said = fails("report", run.toString(), "--weights", WEIGHTS);
    assertTrue(said.contains("'bits'"), said);
  }
}
