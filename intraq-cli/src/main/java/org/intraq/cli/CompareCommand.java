package org.intraq.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.intraq.config.Presets;
import org.intraq.run.RunFolder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code intraq compare}: accuracies of several runs side by side, seeds joined. */
@Command(
    name = "compare",
    description = {
      "Compares finished runs in a Markdown table.",
      "It has mean and spread of the accuracy over seeds, and the loss against full precision."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  @Mixin private CommonOptions.OutputOptions output;

  @Parameters(arity = "1..*", paramLabel = "DIR", description = "Folders of runs.")
  private List<Path> folders;

  @Option(names = "--each", description = "A line for each run instead of joining seeds.")
  private boolean each;

  /** Accuracies, in percent, of one kind of network. */
  private static final class Group {
    private final Map<String, Object> key;
    private final List<Double> top1 = new ArrayList<>();
    private final List<Double> lost = new ArrayList<>();
    private final List<Double> distance = new ArrayList<>();

    Group(Map<String, Object> key) {
      this.key = key;
    }

    static double mean(List<Double> values) {
      return values.stream().mapToDouble(v -> v).average().orElse(Double.NaN);
    }

    double lowest() {
      return top1.stream().mapToDouble(v -> v).min().orElse(Double.NaN);
    }

    double highest() {
      return top1.stream().mapToDouble(v -> v).max().orElse(Double.NaN);
    }

    Map<String, Object> json() {
      Map<String, Object> object = new LinkedHashMap<>(key);
      object.put("runs", top1.size());
      object.put("top1_mean", mean(top1));
      object.put("top1_lowest", lowest());
      object.put("top1_highest", highest());
      if (!lost.isEmpty()) {
        object.put("below_full_precision", mean(lost));
      }
      if (!distance.isEmpty()) {
        object.put("intra_class_distance", mean(distance));
      }
      return object;
    }
  }

  @Override
  public Integer call() {
    output.start();
    Map<Map<String, Object>, Group> groups = new LinkedHashMap<>();
    Set<Path> seen = new HashSet<>();
    for (Path folder : folders) {
      JsonNode result = read(folder);
      if (!seen.add(folder.toAbsolutePath().normalize())) {
        throw new UserException("compare: " + folder + ": named twice; one run is one run");
      }
      collect(folder, result, groups);
    }
    if (groups.isEmpty()) {
      throw new UserException(
          "compare: none of the runs was measured; give --data to 'intraq run' to measure them");
    }
    if (settings.size() > 1) {
      output
          .err()
          .println(
              "intraq: the runs are not alike but for seeds, so rows stay apart; they differ in "
                  + String.join(", ", differences()));
    }
    if (output.json()) {
      output.printJson(Map.of("rows", groups.values().stream().map(Group::json).toList()));
      return 0;
    }
    output.out().println(each ? "| run |" + HEADER : "|" + HEADER);
    output.out().println("|" + "---|".repeat(each ? 10 : 9));
    groups.values().forEach(g -> output.out().println(line(g)));
    return 0;
  }

  private static final int SHOWN_HASH = 8;
  private static final String FULL_PRECISION = "full precision";

  /** What {@code run.json} holds beside settings, and the seed. */
  private static final Set<String> NOT_SETTINGS =
      Set.of(
          "seed", "intraq", "java", "system", "device", RunFolder.STARTED, RunFolder.IMAGES_HASH);

  private final Map<Map<String, String>, Integer> settings = new LinkedHashMap<>();

  private static final String HEADER =
      " network | bits | what | runs | images | top-1 mean, % | lowest to highest | below full precision, points | intra-class distance |";

  private static JsonNode read(Path folder) {
    Path file = folder.resolve(Finish.RESULT);
    if (!Files.isDirectory(folder)) {
      throw new UserException("compare: " + folder + ": no such folder; name those of runs");
    }
    if (!Files.isRegularFile(file)) {
      throw new UserException(
          "compare: "
              + folder
              + " holds no result.json: not the folder of a finished run; finish it with --resume");
    }
    try {
      return new ObjectMapper().readTree(file.toFile());
    } catch (IOException e) {
      throw new UserException("compare: cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private void collect(Path folder, JsonNode result, Map<Map<String, Object>, Group> groups) {
    double full = Double.NaN;
    Map<String, String> own = settings(folder);
    int number = settings.computeIfAbsent(own, s -> settings.size() + 1);
    String weights = own.getOrDefault("weights hash", "");
    for (JsonNode row : result.path("rows")) {
      Map<String, Object> key = new LinkedHashMap<>();
      if (each) {
        key.put("run", folder.getFileName().toString());
      }
      key.put("model", result.path("model").asText());
      key.put("bits", row.path("bits").asText());
      key.put("name", row.path("name").asText().replaceFirst(" epoch \\(\\d+\\)", " epoch"));
      key.put("images", row.path("images").asInt());
      boolean whole = row.path("name").asText().equals(FULL_PRECISION);
      key.put("weights", weights.substring(0, Math.min(weights.length(), SHOWN_HASH)));
      if (!whole) {
        key.put("settings", number);
      }
      double percent = 100.0 * row.path("top1").asInt() / Math.max(1, row.path("images").asInt());
      Group group = groups.computeIfAbsent(key, Group::new);
      group.top1.add(percent);
      if (whole) {
        full = percent;
      } else {
        if (!Double.isNaN(full)) {
          group.lost.add(full - percent);
        }
        if (result.path("intra_class_distance").isNumber()) {
          group.distance.add(result.path("intra_class_distance").asDouble());
        }
      }
    }
  }

  private String line(Group g) {
    return String.format(
        Locale.ROOT,
        "| %s%s | %s | %s | %d | %s | %.2f | %.2f to %.2f | %s | %s |",
        each ? g.key.get("run") + " | " : "",
        g.key.get("model"),
        g.key.get("bits"),
        g.key.get("name")
            + (settings.size() > 1 && g.key.containsKey("settings")
                ? " (settings " + g.key.get("settings") + ")"
                : ""),
        g.top1.size(),
        g.key.get("images"),
        Group.mean(g.top1),
        g.lowest(),
        g.highest(),
        number("%.2f", g.lost),
        number("%.3f", g.distance));
  }

  /** What decides a run's outcome, without the seed. */
  private static Map<String, String> settings(Path folder) {
    if (!RunFolder.holdsRun(folder)) {
      return Map.of();
    }
    try (RunFolder run = RunFolder.existing(folder)) {
      Map<String, String> settings = new TreeMap<>(run.identity());
      settings.keySet().removeAll(NOT_SETTINGS);
      Presets.LATER.forEach(settings::putIfAbsent);
      settings.putIfAbsent(Job.MATH, "f32");
      return settings;
    }
  }

  private Set<String> differences() {
    Set<String> keys = new TreeSet<>();
    settings.keySet().forEach(s -> keys.addAll(s.keySet()));
    keys.removeIf(key -> settings.keySet().stream().map(s -> s.get(key)).distinct().count() == 1);
    return keys;
  }

  private static String number(String format, List<Double> values) {
    return values.isEmpty() ? "" : String.format(Locale.ROOT, format, Group.mean(values));
  }
}
