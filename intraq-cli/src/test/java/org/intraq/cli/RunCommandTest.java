package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import org.intraq.models.file.WeightFiles;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command {@code run}, on the shipped network with a budget of seconds. */
final class RunCommandTest {
  private static final Path MODELS = Path.of(System.getProperty("user.dir"), "..", "models");

  @TempDir private Path folder;

  private JsonNode measured(String name, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of(more));
    words.addAll(
        List.of("--every-epoch", "--data", MODELS + "/data/fashion-mnist", "--limit", "8"));
    return run(name, words.toArray(String[]::new));
  }

  private JsonNode run(String name, String... more) throws IOException {
    List<String> words = new ArrayList<>(List.of("run", "--json"));
    words.addAll(List.of("--weights", MODELS + "/pretrained/resnet20_fashion.safetensors"));
    words.addAll(List.of("--out", folder.resolve(name).toString()));
    words.addAll(List.of(more));
    return json(words);
  }

  /** Resumes a run with only what is given. */
  private JsonNode again(String name, String... more) throws IOException {
    String out = folder.resolve(name).toString();
    List<String> words = new ArrayList<>(List.of("run", "--json", "--resume", "--out", out));
    words.addAll(List.of(more));
    return json(words);
  }

  private static JsonNode json(List<String> words) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int code = Main.run(new PrintWriter(out), new PrintWriter(err), words.toArray(String[]::new));
    assertEquals(0, code, err::toString);
    return new ObjectMapper().readTree(out.toString());
  }

  @Test
  void whatWasMeasuredBeforeAKillIsReportedAfterIt() throws IOException {
    Files.writeString(
        folder.resolve("few.conf"),
        "calibration.batch = 4, fine-tuning { batch = 4, epochs = 2, steps = 1 }");
    String few = "--images 4 --batch 4 --iterations 2 --config " + folder.resolve("few.conf");
    measured("r", (few + " --bits w4a4").split(" "));
    Path state = folder.resolve("r/state.safetensors");
    Path stateBefore = Files.copy(state, folder.resolve("before"));
    JsonNode whole = again("r", "--bits", "w3a3");
    assertTrue(whole.get("real_intra_class_distance").asDouble() > 0, whole.toString());
    List<String> kinds = new ArrayList<>();
    whole.get("rows").forEach(r -> kinds.add(r.get("bits").asText() + r.get("name").asText()));
    assertEquals(7, kinds.size(), kinds.toString());

    // As if it had been killed while the second width was being calibrated.
    for (String name : new String[] {"result.json", "result-w3a3.json", "accuracy-w3a3.json"}) {
      Files.delete(folder.resolve("r").resolve(name));
    }
    Files.move(stateBefore, state, StandardCopyOption.REPLACE_EXISTING);
    // The settings are in the folder.
    JsonNode resumed = measured("r", "--resume");
    assertEquals(whole.get("rows"), resumed.get("rows"));
    assertEquals(whole.get("intra_class_distance"), resumed.get("intra_class_distance"));

    // As an older version, which knew of no hints, would have left it.
    for (String name : new String[] {"config.conf", "run.json"}) {
      Path file = folder.resolve("r").resolve(name);
      String text = Files.readString(file);
      String older = text.replaceAll("(?m)^.*\\b(hints|math)\\b.*\\R", "");
      assertNotEquals(text, older, name);
      Files.writeString(file, older);
    }
    json(List.of("report", "--json", folder.resolve("r").toString()));
    JsonNode bare = again("r");
    assertEquals(whole.get("rows"), bare.get("rows"), "with nothing but the folder");
    double before = Double.parseDouble(WeightFiles.open(state).metadata().get("seconds"));
    assertTrue(before > 0);
    assertTrue(bare.get("seconds").asDouble() > before, "the seconds of the processes before");
    String real = "real_intra_class_distance";
    assertEquals(whole.get(real), bare.get(real), "with nothing but the folder");
    warnsOfOtherBits();
    JsonNode more = again("r", "--bits", "w5a5");
    assertEquals(10, more.get("rows").size(), more.toString());
    for (int i = 0; i < 7; i++) {
      assertEquals(whole.get("rows").get(i), more.get("rows").get(i));
    }
    String settings = Files.readString(folder.resolve("r/config.conf"));
    assertTrue(settings.contains("bits=\"w4a4,w3a3,w5a5\""), settings);
    assertTrue(settings.contains("# [here]"), "where values came from: " + settings);

    otherImagesAreMeasuredAnew(more.get("rows"));

    JsonNode zero = measured("zero", (few + " --bits w4a4 --epochs 0").split(" "));
    assertEquals("calibrated only", zero.get("rows").get(1).get("name").asText());
    assertEquals(2, zero.get("rows").size(), "nothing was trained, so there is no last epoch");
    String other = folder.resolve("zero").toString();
    JsonNode compared = json(List.of("compare", "--json", folder.resolve("r").toString(), other));
    for (JsonNode row : compared.get("rows")) {
      boolean joined = row.get("name").asText().equals("full precision");
      assertEquals(joined ? 2 : 1, row.get("runs").asInt(), "only seeds are joined: " + row);
    }

    joinsRunsOfBeforeMathWasWritten(folder.resolve("zero"));

    run("again", (few + " --bits w4a4").split(" "));
    for (String name : new String[] {"quantized-w4a4", "images/batch-000"}) {
      Path file = Path.of(name + ".safetensors");
      Path again = folder.resolve("again").resolve(file);
      assertEquals(-1, Files.mismatch(folder.resolve("r").resolve(file), again), name);
    }
  }

  /**
   * No figure stands beside one of other images; those of before hold as soon as they are asked.
   */
  private void otherImagesAreMeasuredAnew(JsonNode before) throws IOException {
    String data = MODELS + "/data/fashion-mnist/";
    String pair = data + "t10k-images-idx3-ubyte.gz," + data + "t10k-labels-idx1-ubyte.gz";
    JsonNode fewer = again("r", "--data", pair, "--limit", "4").get("rows");
    assertEquals(4, fewer.size(), "one of each width: " + fewer);
    fewer.forEach(row -> assertEquals(4, row.get("images").asInt(), fewer.toString()));
    assertEquals(fewer, again("r").get("rows"), "a pair of files is remembered");
    assertEquals(before, measured("r", "--resume").get("rows"));
  }

  /** They all computed in f32. */
  private void joinsRunsOfBeforeMathWasWritten(Path now) throws IOException {
    Path old = Files.createDirectory(folder.resolve("old"));
    Files.copy(now.resolve("result.json"), old.resolve("result.json"));
    String description = Files.readString(now.resolve("run.json"));
    String older = description.replaceAll("(?m)^.*\\bmath\\b.*\\R", "");
    assertNotEquals(description, older);
    Files.writeString(old.resolve("run.json"), older);
    JsonNode rows = json(List.of("compare", "--json", now.toString(), old.toString())).get("rows");
    assertEquals(2, rows.size(), rows.toString());
    rows.forEach(row -> assertEquals(2, row.get("runs").asInt(), row.toString()));
  }

  /** As if it had been begun on a GPU's tensor cores. */
  private void warnsOfOtherBits() throws IOException {
    Path log = folder.resolve("r/log.txt");
    Path description = folder.resolve("r/run.json");
    String cpu = Files.readString(description);
    String other = cpu.replaceFirst("\\{", "{ \"math\" : \"tf32\",");
    assertNotEquals(cpu, other);
    assertFalse(Files.readString(log).contains("goes on on"), "nothing has changed so far");
    Files.writeString(description, other);
    again("r");
    Files.writeString(description, cpu);
    assertTrue(Files.readString(log).contains("began on tf32 and goes on on f32"));
  }
}
