package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import javax.imageio.ImageIO;
import org.intraq.deploy.QuantizedFixtures;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands on a quantized file: eval, predict, info --plan. */
final class QuantizedCommandsTest {
  @TempDir private Path folder;
  private String out;
  private String err;

  @BeforeEach
  void files() throws IOException {
    QuantizedFixtures.formula(folder.resolve("q"), "resnet20_cifar10", "w4a4", 2);
    QuantizedFixtures.formula(folder.resolve("weightsOnly"), "resnet20_cifar10", "w4", 2);
    Random random = new Random(1);
    byte[] images = new byte[20 * 3073];
    random.nextBytes(images);
    for (int i = 0; i < 20; i++) {
      images[i * 3073] = (byte) (i % 10);
    }
    Files.write(folder.resolve("images.bin"), images);
    for (int i = 0; i < 2; i++) {
      BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 1024; p++) {
        image.setRGB(p % 32, p / 32, random.nextInt(1 << 24));
      }
      ImageIO.write(image, "png", folder.resolve(i + ".png").toFile());
    }
    Files.writeString(folder.resolve("few"), "a\nb\n");
    byte[] damaged = Files.readAllBytes(folder.resolve("q"));
    damaged[damaged.length / 2] ^= 1;
    Files.write(folder.resolve("damaged"), damaged);
  }

  private int run(String line) {
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    String[] words = line.replace("DIR", folder.toString()).split(" ");
    int code = Main.run(new PrintWriter(stdout), new PrintWriter(stderr), words);
    out = stdout.toString();
    err = stderr.toString();
    return code;
  }

  private JsonNode json(String line) throws IOException {
    assertEquals(0, run(line + " --json"), err);
    return new ObjectMapper().readTree(out);
  }

  @Test
  void bothEnginesAgree() throws IOException {
    for (String all : new String[] {"", " --all-integer"}) {
      String line = "eval --quantized DIR/q --data DIR/images.bin --batch 7" + all;
      JsonNode fake = json(line);
      JsonNode integer = json(line + " --engine integer");
      assertEquals("fake", fake.get("engine").asText());
      assertEquals("integer", integer.get("engine").asText());
      assertEquals(!all.isEmpty(), integer.get("all_integer").asBoolean());
      for (String figure : new String[] {"images", "top1", "top5"}) {
        assertEquals(fake.get(figure).asInt(), integer.get(figure).asInt(), figure);
      }
      assertEquals(fake.get("loss").asDouble(), integer.get("loss").asDouble(), 1e-5);
    }
    assertEquals(0, run("eval --quantized DIR/q --data DIR/images.bin --engine INTEGER"), err);
    assertTrue(out.startsWith("resnet20_cifar10 w4a4 (integer): top-1 "), out);
  }

  @Test
  void namesClasses() throws IOException {
    JsonNode integer = json("predict --quantized DIR/q DIR/0.png DIR/1.png --engine integer");
    JsonNode fake = json("predict --quantized DIR/q DIR/0.png DIR/1.png");
    assertEquals(2, integer.get("images").size());
    for (int i = 0; i < 2; i++) {
      JsonNode want = fake.get("images").get(i).get("predictions");
      JsonNode got = integer.get("images").get(i).get("predictions");
      assertEquals(5, got.size());
      double before = 1;
      for (int k = 0; k < 5; k++) {
        assertEquals(want.get(k).get("class"), got.get(k).get("class"));
        assertFalse(got.get(k).get("name").isNull());
        double p = got.get(k).get("probability").asDouble();
        assertTrue(p <= before && p > 0);
        before = p;
      }
    }
    assertEquals(0, run("predict --quantized DIR/q DIR/0.png"), err);
    assertEquals(6, out.lines().count(), out);
    assertTrue(out.contains("%") && !out.contains("class "), out);
  }

  @Test
  void anImageThatCannotBeReadDoesNotStopTheOthers() throws IOException {
    String line = "predict --quantized DIR/q DIR/absent.png DIR/0.png DIR/images.bin DIR/1.png";
    assertEquals(2, run(line), err);
    assertEquals(2, err.lines().count(), err);
    assertTrue(err.lines().allMatch(said -> said.startsWith("intraq: ")), err);
    assertTrue(err.contains("absent.png") && err.contains("images.bin"), err);
    assertEquals(12, out.lines().count(), out);
    assertEquals(2, run(line + " --json"), err);
    JsonNode images = new ObjectMapper().readTree(out).get("images");
    assertEquals(4, images.size());
    assertTrue(images.get(0).get("error").asText().contains("absent.png"), out);
    assertFalse(images.get(0).has("predictions"), out);
    assertEquals(5, images.get(3).get("predictions").size(), out);
  }

  @Test
  void saysWhatAQuantizedFileIs() throws IOException {
    assertEquals(0, run("info DIR/q"), err);
    assertTrue(out.contains("quantized resnet20_cifar10, w4a4; for --quantized"), out);
    assertFalse(out.contains("fits no known network"), out);
    var mixed = QuantizedFixtures.formula(folder.resolve("mixed"), "resnet20_cifar10", "mixed", 1);
    assertEquals(0, run("info DIR/mixed"), err);
    String text = out;
    JsonNode info = json("info DIR/mixed");
    assertEquals("w4a4", info.get("bits").asText());
    assertEquals("resnet20_cifar10", info.get("model").asText());
    int others = 0;
    for (var layer : mixed.plan().allWeights().entrySet()) {
      String line = "  w" + layer.getValue() + " " + layer.getKey() + "\n";
      assertEquals(layer.getValue() != 4, text.contains(line), line);
      assertEquals(layer.getValue(), info.get("weight_bits").path(layer.getKey()).asInt(4));
      others += layer.getValue() != 4 ? 1 : 0;
    }
    assertTrue(others > 3, "nothing mixed");
    assertEquals(2, run("eval --weights DIR/q --data DIR/images.bin"), out);
    assertTrue(err.contains("--quantized"), err);
    assertEquals(2, run("info DIR/damaged"), out);
    assertTrue(err.contains("is damaged"), err);
  }

  /** As {@code q}, with other metadata; null removes it. */
  private void foreign(String name, String key, String value) {
    TensorFile file = WeightFiles.open(folder.resolve("q"));
    Map<String, String> metadata = new TreeMap<>(file.metadata());
    metadata.put(key, value);
    metadata.values().removeIf(Objects::isNull);
    SafetensorsWriter.write(folder.resolve(name), List.copyOf(file.tensors()), metadata);
  }

  @Test
  void saysWhatItCannotReadOfAQuantizedFile() throws IOException {
    for (String command : new String[] {"info", "info --plan", "info --json"}) {
      foreign("newer", "format", "intraq-quantized-4");
      assertEquals(2, run(command + " DIR/newer"), out);
      assertTrue(err.contains("newer than this program's"), err);
      assertTrue(err.contains("reads intraq-quantized-2 and intraq-quantized-3"), err);
      assertFalse(err.contains("damaged"), err);
      foreign("odd", "format", "intraq-quantized-x");
      assertEquals(2, run(command + " DIR/odd"), out);
      assertTrue(err.contains("'intraq-quantized-x', which is not known here"), err);
      foreign("sumless", "checksum", null);
      assertEquals(2, run(command + " DIR/sumless"), out);
      assertTrue(err.contains("has no 'checksum'"), err);
    }
    assertEquals(2, run("info DIR/newer"), out);
    assertTrue(out.contains("quantized resnet20_cifar10, w4a4;"), "what it says of itself: " + out);
    Map<String, String> claim = Map.of("format", "intraq-quantized-3", "made by", "a stranger");
    SafetensorsWriter.write(
        folder.resolve("stranger"),
        List.of(NamedTensor.ofFloats("w", new float[] {1, 2}, 2)),
        claim);
    assertEquals(2, run("info DIR/stranger"), out);
    assertTrue(out.contains("quantized network; for --quantized"), out);
    assertTrue(out.contains("metadata made by: a stranger"), out);
    assertTrue(err.contains("has no 'checksum'"), err);
  }

  @Test
  void otherWidthsInSomeLayersAreSaid() throws IOException {
    QuantizedFixtures.formula(folder.resolve("mixed"), "resnet20_cifar10", "mixed", 1);
    assertEquals(0, run("eval --quantized DIR/mixed --data DIR/images.bin --limit 2"), err);
    assertTrue(out.startsWith("resnet20_cifar10 w4a4 (other widths in some layers) (fake)"), out);
    JsonNode object = json("eval --quantized DIR/mixed --data DIR/images.bin --limit 2");
    assertEquals("w4a4", object.get("bits").asText());
    assertTrue(object.get("other_bits_in_some_layers").asBoolean(), out);
  }

  /** Pictures in the folders of three classes by name, of a size that no CIFAR network takes. */
  private void photographs(String... classes) throws IOException {
    for (String name : classes) {
      Path file = folder.resolve("photos").resolve(name).resolve("a.png");
      Files.createDirectories(file.getParent());
      ImageIO.write(new BufferedImage(50, 40, BufferedImage.TYPE_INT_RGB), "png", file.toFile());
    }
  }

  @Test
  void preprocessingOfAQuantizedNetworkCanBeChosen() throws IOException {
    photographs("0", "3");
    JsonNode own = json("eval --quantized DIR/q --data DIR/photos");
    assertTrue(own.get("preprocessing").asText().startsWith("resize=whole"), own.toString());
    JsonNode other = json("eval --quantized DIR/q --data DIR/photos --preprocessing std=1,1,1");
    assertTrue(other.get("preprocessing").asText().endsWith("std=1.0,1.0,1.0"), other.toString());
    String none = " --preprocessing resize=none ";
    assertEquals(2, run("eval --quantized DIR/q --data DIR/photos" + none.stripTrailing()), out);
    assertTrue(err.contains("50 x 40 pixels where 32 x 32 are expected"), err);
    assertEquals(2, run("predict --quantized DIR/q" + none + "DIR/0.png DIR/photos/3/a.png"), out);
    assertTrue(err.contains("photos/3/a.png: "), "which one it was: " + err);
  }

  @Test
  void whatMayBeWrongWithTheImagesIsSaid() throws IOException {
    String line = "eval --quantized DIR/q --preprocessing resize=whole --data DIR/photos";
    photographs("cat", "dog", "frog");
    Files.writeString(folder.resolve("photos/dog/b.bmp"), "BM");
    assertEquals(0, run(line), err);
    assertTrue(err.contains("left out 1 files of the data"), err);
    assertTrue(err.contains("b.bmp"), err);
    assertTrue(err.contains("has 3 classes, numbered by their sorted names"), err);
    photographs("a", "b", "c", "d", "e", "f", "g");
    Files.delete(folder.resolve("photos/dog/b.bmp"));
    assertEquals(0, run(line), err);
    assertEquals("", err, "ten classes are the network's");
  }

  @Test
  void whatIsNoFileIsLeftAlone() throws IOException {
    Path device = Path.of("/dev/full");
    assumeTrue(Files.exists(device), "needs /dev/full");
    Files.createSymbolicLink(folder.resolve("q.onnx"), device);
    assertEquals(2, run("export --quantized DIR/q --onnx DIR/q.onnx"), out);
    assertTrue(err.contains("q.onnx: is no regular file"), err);
    assertTrue(Files.isSymbolicLink(folder.resolve("q.onnx")));
    assertFalse(Files.isRegularFile(device));
  }

  @Test
  void printsThePlan() throws IOException {
    assertEquals(0, run("info --plan DIR/q"), err);
    assertTrue(out.contains("features.stage1.unit1.body.conv1.conv"), out);
    assertTrue(out.contains("u4 x s4 -> u4"), out);
    assertTrue(out.contains("multiply-adds an image"), out);
    JsonNode plan = json("info --plan --all-integer DIR/q");
    assertEquals("resnet20_cifar10", plan.get("model").asText());
    long sum = 0;
    for (JsonNode step : plan.get("steps")) {
      sum += step.get("multiply_adds").asLong();
      assertFalse(step.get("kernel").asText().startsWith("f32"), step.toString());
    }
    assertEquals(plan.get("multiply_adds").asLong(), sum);
    // 442,368 + 6 * 2,359,296 + (1,179,648 + 5 * 2,359,296 + 131,072) * 2 + 640.
    assertEquals(40_813_184L, sum, "multiply-adds of ResNet-20 with projections");
  }

  @Test
  void exports() throws IOException {
    JsonNode four = json("export --quantized DIR/q --onnx DIR/q.onnx");
    assertEquals(22, four.get("quantized_weights").asInt());
    assertEquals(Files.size(folder.resolve("q.onnx")), four.get("bytes").asLong());
    JsonNode read = json("info DIR/q.onnx");
    assertEquals("ONNX", read.get("format").asText());
    assertTrue(read.get("elements").asLong() > 268_000, "4-bit weights are there, one by one");
    JsonNode eight = json("export --quantized DIR/q --onnx DIR/s.onnx --symmetric-weights");
    assertTrue(eight.get("bytes").asLong() > 1.5 * four.get("bytes").asLong());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "eval --quantized DIR/q --data DIR/images.bin --engine quick",
        "eval --quantized DIR/q --data DIR/images.bin --engine integer --device cuda",
        "eval --quantized DIR/damaged --data DIR/images.bin",
        "eval --quantized DIR/images.bin --data DIR/images.bin",
        "eval --quantized DIR/q --weights DIR/q --data DIR/images.bin",
        "eval --quantized DIR/q --model resnet18 --data DIR/images.bin",
        "predict --quantized DIR/q --model resnet20_cifar10 DIR/0.png",
        "export --quantized DIR/q --onnx DIR/new.onnx --preprocessing resize=whole",
        "eval --weights DIR/q --data DIR/images.bin --engine integer",
        "predict --quantized DIR/q",
        "predict --quantized DIR/q DIR/absent.png",
        "predict --quantized DIR/q DIR/images.bin",
        "predict --quantized DIR/q --preprocessing size=7 DIR/0.png",
        "predict --quantized DIR/q --classes DIR/few DIR/0.png",
        "predict DIR/0.png",
        "info --plan DIR/images.bin",
        "info --plan DIR/damaged",
        "info --all-integer DIR/q",
        "export --quantized DIR/q --onnx DIR/q",
        "eval --quantized DIR/q --data DIR/images.bin --batch 65000 --engine integer",
        "eval --quantized DIR/weightsOnly --data DIR/images.bin --all-integer",
        "export --quantized DIR/q",
        "export --quantized DIR/damaged --onnx DIR/new.onnx",
        "export --quantized DIR/q --onnx DIR/no/such/new.onnx",
        "export --onnx DIR/new.onnx",
        "export --weights DIR/images.bin --onnx DIR/new.onnx --symmetric-weights"
      })
  void mistakesAreOneSentenceAndExitCode2(String line) {
    assertEquals(2, run(line), err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.startsWith("intraq: "), err);
    assertFalse(err.contains("Exception"), err);
  }
}
