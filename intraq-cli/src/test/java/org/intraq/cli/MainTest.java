package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.intraq.models.names.Pretrained;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  @TempDir Path folder;
  private String out;
  private String err;

  /** Untrained weights and 20 images of noise in the CIFAR format. */
  @BeforeEach
  void files() throws IOException {
    Zoo.Entry entry = Zoo.get("resnet20_cifar10");
    Pretrained.of(
            entry, Initializer.initialize(entry.network(), 1), entry.preprocessing(), Map.of())
        .save(folder.resolve("weights"), Map.of());
    Zoo.Entry grey = Zoo.get("resnet20_fashion");
    Pretrained.of(grey, Initializer.initialize(grey.network(), 1), grey.preprocessing(), Map.of())
        .save(folder.resolve("grey"), Map.of());
    byte[] images = new byte[20 * 3073];
    new java.util.Random(1).nextBytes(images);
    for (int i = 0; i < 20; i++) {
      images[i * 3073] = (byte) (i % 10);
    }
    Files.write(folder.resolve("images.bin"), images);
    Files.writeString(folder.resolve("text"), "this is no weight file");
    Files.write(folder.resolve("empty"), new byte[0]);
  }

  private int run(String line) {
    StringWriter stdout = new StringWriter();
    StringWriter stderr = new StringWriter();
    int code =
        Main.run(
            new PrintWriter(stdout),
            new PrintWriter(stderr),
            line.replace("DIR", folder.toString()).split(" "));
    out = stdout.toString();
    err = stderr.toString();
    return code;
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "eval",
        "eval --weights DIR/absent --data DIR/images.bin",
        "eval --weights DIR/text --data DIR/images.bin",
        "eval --weights DIR/empty --data DIR/images.bin",
        "eval --weights DIR --data DIR/images.bin",
        "eval --weights DIR/weights --data DIR/absent",
        "eval --weights DIR/weights --data DIR/text",
        "eval --weights DIR/weights --data DIR/images.bin --model resnet21",
        "eval --weights DIR/weights --data DIR/images.bin --model resnet20_cifar100",
        "eval --weights DIR/weights --data DIR/images.bin --model mobilenet_w1",
        "eval --weights DIR/weights --data DIR/images.bin --limit x",
        "eval --weights DIR/weights --data DIR/images.bin --limit -1",
        "eval --weights DIR/weights --data DIR/images.bin --limit 0",
        "eval --weights DIR/weights --data DIR/images.bin --batch 0",
        "eval --weights DIR/weights --data DIR/images.bin --batch 99999999",
        "eval --weights DIR/weights --data DIR/images.bin --device tpu",
        "eval --weights DIR/weights --data DIR/images.bin --device cpu:7",
        "eval --weights DIR/weights --data DIR/images.bin --threads -3",
        "eval --weights DIR/weights --data DIR/images.bin --preprocessing size=224",
        "eval --weights DIR/weights --data DIR/images.bin --preprocessing colour=red",
        "eval --weights DIR/grey --data DIR/images.bin",
        "eval --wieghts DIR/weights",
        "info",
        "info DIR/absent",
        "info DIR/text",
        "convert DIR/text DIR/new",
        "convert DIR/weights DIR/no/such/folder/new",
        "convert DIR/weights DIR/new --model resnet18",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/weights",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/no/such/new",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/new --resume",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/new --epochs 0",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/new --test DIR/images.bin --test-every 0",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/new --test-every 2",
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/new",
        "train --model resnet18 --data DIR/images.bin --out DIR/new --batch 4 --preprocessing size=64"
      })
  void mistakesAreOneSentenceAndExitCode2(String line) {
    assertEquals(2, run(line), err);
    assertEquals(1, err.lines().count(), err);
    assertTrue(err.startsWith("intraq: "), err);
    assertFalse(err.contains("Exception"), err);
    assertEquals("", out);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "--version",
        "help",
        "help eval",
        "eval --help",
        "train --help",
        "info --help",
        "convert --help",
        "devices --help",
        "devices",
        "devices --json"
      })
  void helpAndLists(String line) {
    assertEquals(0, run(line), err);
    assertTrue(out.length() > 5, out);
    assertEquals("", err);
  }

  @Test
  void aSlipIsAnsweredByWhatWasProbablyMeant() {
    assertEquals(2, run("synthesise"));
    assertTrue(err.contains("did you mean 'synthesize'?"), err);
    assertEquals(2, run("info --jsn DIR/weights"));
    assertTrue(err.contains("did you mean '--json'?"), err);
  }

  /** The list shows the first line of a command's description: it has to say all by itself. */
  @Test
  void everyCommandIsListedInOneSentence() {
    assertEquals(0, run("--help"), err);
    var list = out.lines().dropWhile(l -> !l.equals("Commands:")).skip(1);
    for (String command : list.takeWhile(l -> !l.isEmpty()).toList()) {
      assertTrue(command.matches("  [a-z]+ +[A-Z].{10,}\\."), command);
    }
  }

  @Test
  void evaluatesAsText() {
    assertEquals(0, run("eval --weights DIR/weights --data DIR/images.bin --threads 1"), err);
    assertTrue(out.matches("(?s)resnet20_cifar10: top-1 \\d+ of 20 .*images/s\n"), out);
  }

  @Test
  void evaluatesAsJson() throws IOException {
    assertEquals(
        0, run("eval --weights DIR/weights --data DIR/images.bin --limit 7 --batch 4 --json"), err);
    JsonNode object = new ObjectMapper().readTree(out);
    assertEquals("resnet20_cifar10", object.get("model").asText());
    assertEquals(7, object.get("images").asInt());
    assertTrue(object.get("top1").isInt() && object.get("top1").asInt() <= 7);
    assertTrue(object.get("top5").asInt() >= object.get("top1").asInt());
    assertTrue(object.get("loss").asDouble() > 0);
    assertTrue(object.get("seconds").asDouble() > 0);
    double mean = object.get("images_per_second").asDouble();
    assertTrue(mean > 0);
    assertTrue(object.get("images_per_second_fastest_batch").asDouble() >= mean);
    assertEquals(1, out.lines().count());
  }

  @Test
  void convertsAndExplains() throws IOException {
    assertEquals(0, run("convert DIR/weights DIR/copy --json"), err);
    JsonNode converted = new ObjectMapper().readTree(out);
    assertEquals("resnet20_cifar10", converted.get("model").asText());
    assertEquals(0, run("info DIR/copy"), err);
    assertTrue(out.contains("fits resnet20_cifar10"), out);
    assertTrue(out.contains("output.weight"), out);
    assertEquals(0, run("info DIR/copy --json"), err);
    JsonNode info = new ObjectMapper().readTree(out);
    assertEquals("SAFETENSORS", info.get("format").asText());
    assertEquals(
        Zoo.get("resnet20_cifar10").network().tensors().size(), info.get("tensors").size());
  }

  @Test
  void resumesARunThatFinishedNoEpochFromTheBeginning() {
    String train =
        "train --model resnet20_cifar10 --data DIR/images.bin --out DIR/new --epochs 1 --batch 8";
    assertEquals(0, run(train + " --resume"), err);
    assertTrue(err.startsWith("no epoch of "), err);
    assertEquals(2, run(train + " --resume"), "ended");
    assertTrue(err.contains("has ended; give another --out"), err);
  }

  @Test
  void trainsAndEvaluates() throws IOException {
    String train =
        "train --model resnet20_cifar10 --data DIR/images.bin --test DIR/images.bin --out DIR/new"
            + " --epochs 2 --batch 8 --warm-up 0.5 --json";
    assertEquals(0, run(train), err);
    assertEquals(2, err.lines().filter(l -> l.startsWith("epoch ")).count(), err);
    JsonNode object = new ObjectMapper().readTree(out);
    assertEquals(2, object.get("epochs").asInt());
    assertEquals(20, object.get("images").asInt());
    int top1 = object.get("top1").asInt();
    assertEquals(0, run("eval --weights DIR/new --data DIR/images.bin --json"), err);
    assertEquals(top1, new ObjectMapper().readTree(out).get("top1").asInt());
  }

  @Test
  void mathIsOfGpus() {
    assertEquals(2, run("eval --weights DIR/weights --data DIR/images.bin --math bf16"));
    assertTrue(err.contains("--math bf16: the CPU calculates in f32"), err);
    assertEquals(2, run("eval --weights DIR/weights --data DIR/images.bin --math fp4"));
    assertTrue(err.contains("expected f32, tf32 or bf16, got fp4"), err);
    assertEquals(0, run("eval --weights DIR/weights --data DIR/images.bin --limit 1 --math f32"));
  }
}
