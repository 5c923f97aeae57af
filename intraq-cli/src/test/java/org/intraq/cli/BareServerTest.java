package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * A run in a JVM of its own that finds what a bare server has: no fonts, no HOME, no locale, no
 * terminal, and a DISPLAY that leads nowhere.
 */
@EnabledOnOs(value = OS.LINUX, disabledReason = "fonts are hidden by fontconfig's own variable")
final class BareServerTest {
  private static final Path MODELS = Path.of(System.getProperty("user.dir"), "..", "models");
  private static final String WEIGHTS = MODELS + "/pretrained/resnet20_fashion.safetensors";

  @TempDir private static Path folder;

  private static Path run;
  private static int code;
  private static String out;
  private static String err;

  private static List<String> words() {
    List<String> words = new ArrayList<>(List.of("run", "--weights", WEIGHTS, "--images", "4"));
    words.addAll(List.of("--batch", "4", "--iterations", "2", "--bits", "w4a4"));
    words.addAll(List.of("--data", MODELS + "/data/fashion-mnist", "--limit", "8"));
    words.addAll(List.of("--config", folder.resolve("few.conf") + "", "--out", run + ""));
    return words;
  }

  @BeforeAll
  static void runWhereThereAreNoFonts() throws IOException, InterruptedException {
    run = folder.resolve("r");
    Files.writeString(
        folder.resolve("few.conf"),
        "calibration.batch = 4, fine-tuning { batch = 4, epochs = 1, steps = 1 }");
    Path fonts = Files.writeString(folder.resolve("fonts.conf"), "<fontconfig/>");
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    // Java keeps what fontconfig once said under the home folder.
    command.add("-Duser.home=" + folder.resolve("nobody"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), Main.class.getName()));
    command.addAll(words());
    Path stdout = folder.resolve("out");
    Path stderr = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(stdout.toFile()).redirectError(stderr.toFile());
    builder.environment().clear();
    builder.environment().putAll(Map.of("FONTCONFIG_FILE", fonts + "", "DISPLAY", ":94"));
    code = builder.start().waitFor();
    out = Files.readString(stdout);
    err = Files.readString(stderr);
  }

  @Test
  void onlyTheChartsAreMissing() throws IOException {
    assertEquals(0, code, err);
    assertTrue(out.contains("w4a4   top-1 "), out);
    assertTrue(out.endsWith("report.html\n"), out);
    List<String> warnings = err.lines().filter(l -> l.contains("no usable fonts")).toList();
    assertEquals(1, warnings.size(), err);
    assertTrue(warnings.getFirst().startsWith("intraq: warning: "), err);
    assertTrue(warnings.getFirst().contains("install fontconfig and a font"), err);
    assertTrue(warnings.getFirst().contains("'intraq report " + run + "'"), err);
    assertTrue(Files.exists(run.resolve("result.json")));
    assertTrue(Files.exists(run.resolve("report/contact-sheet.png")));
    assertFalse(Files.exists(run.resolve("report/loss.png")));
    String page = Files.readString(run.resolve("report.html"));
    assertEquals(2, count(page, "<table>"), "accuracies and distances");
    assertEquals(1, count(page, "<img"), "the contact sheet");
    assertEquals(8, count(page, "Chart missing: the system had no usable fonts"));
  }

  @Test
  void theReportIsDrawnLaterWhereThereAreFonts() throws IOException {
    Path copy = copy("redrawn");
    StringWriter errors = new StringWriter();
    assertEquals(0, here(new StringWriter(), errors, "report", copy + "", "--weights", WEIGHTS));
    assumeFalse(errors.toString().contains("no usable fonts"), "this machine has no fonts either");
    String page = Files.readString(copy.resolve("report.html"));
    assertEquals(9, count(page, "<img"));
    assertEquals(0, count(page, "Chart missing"));
  }

  /** A file where the report's folder should be stops the report at its first picture. */
  @Test
  void resultsAreShownBeforeTheReportIsBegun() throws IOException {
    Path copy = copy("obstructed");
    Files.delete(copy.resolve("result.json"));
    Files.delete(copy.resolve("report.html"));
    Files.writeString(copy.resolve("report"), "in the way");
    List<String> words = words();
    words.set(words.size() - 1, copy.toString());
    words.add("--resume");
    StringWriter output = new StringWriter();
    StringWriter errors = new StringWriter();
    assertEquals(2, here(output, errors, words.toArray(String[]::new)), errors::toString);
    assertTrue(output.toString().contains("w4a4   top-1 "), output::toString);
    assertTrue(Files.exists(copy.resolve("result.json")));
    assertFalse(Files.exists(copy.resolve("report.html")));
  }

  private static int here(StringWriter out, StringWriter err, String... words) {
    return Main.run(new PrintWriter(out), new PrintWriter(err), words);
  }

  /** The run's folder without what was drawn. */
  private static Path copy(String name) throws IOException {
    Path to = folder.resolve(name);
    try (Stream<Path> files = Files.walk(run)) {
      for (Path file : files.filter(f -> !f.startsWith(run.resolve("report"))).toList()) {
        Files.copy(file, to.resolve(run.relativize(file).toString()));
      }
    }
    return to;
  }

  private static int count(String text, String part) {
    return text.split(java.util.regex.Pattern.quote(part), -1).length - 1;
  }
}
