package org.intraq.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.intraq.config.IntraQConfig;
import org.intraq.config.Presets;
import org.intraq.images.StoredImages;
import org.intraq.models.eval.Classifier;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Parameters;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.quantize.ActivationRanges;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedFile;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whole runs of a few iterations: same bits whatever happens on the way. */
final class ResumeTest {
  private static final String BUDGET =
      """
      synthesis { images = 6, batch = 4, iterations = 3, checkpoint-seconds = 0 }
      calibration { batch = 4, images = 4 }
      fine-tuning { epochs = 2, steps = 2, batch = 4, rate = 1e-4, guard.interval = 2 }
      """;
  private static final Bits W3A3 = new Bits(3, 3);

  @TempDir Path folder;

  private static final class Killed extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }

  /** Says nothing, and ends the run at the n-th message. */
  private static final class KillingConsole implements Console {
    private int left;

    KillingConsole(int after) {
      left = after;
    }

    private void count() {
      if (left-- == 0) {
        throw new Killed();
      }
    }

    @Override
    public void status(String text) {
      count();
    }

    @Override
    public void detail(String text) {}

    @Override
    public void line(String text) {}

    @Override
    public void warn(String text) {}
  }

  private static Pretrained network() {
    Zoo.Entry entry = Zoo.get("resnet20_fashion");
    return Pretrained.of(
        entry,
        Initializer.initialize(entry.network(), 1),
        entry.preprocessing(),
        Map.of(Pretrained.CLASS_NAMES, "[\"shirt\"]"));
  }

  private static void run(Path out, String settings, int threads, boolean resume, Console console) {
    Config tree =
        ConfigFactory.parseString(settings)
            .withFallback(ConfigFactory.parseString(BUDGET))
            .withFallback(Presets.tree("default", Presets.Profile.CIFAR10));
    IntraQConfig config = Presets.read(tree);
    Pretrained pretrained = network();
    try (Backend backend = new CpuBackend(threads);
        Parameters teacher =
            new Parameters(backend, pretrained.network(), pretrained.weights(), false);
        RunFolder run =
            RunFolder.open(
                out,
                Map.of("seed", Long.toString(config.seed())),
                Map.of(),
                Presets.render(tree),
                resume)) {
      SynthesisStage.run(run, teacher, pretrained.preprocessing(), config, console);
      try (StoredImages images = SynthesisStage.images(run, config.synthesis())) {
        QuantizationStage.run(
            run,
            teacher,
            pretrained,
            config,
            W3A3,
            images,
            console,
            QuantizationStage.Observer.NONE);
      }
    }
  }

  private static void assertSame(Path a, Path b) throws IOException {
    for (String name :
        List.of(
            "images/batch-000.safetensors",
            "images/batch-001.safetensors",
            "metrics.jsonl",
            "quantized-w3a3.safetensors",
            "result-w3a3.json")) {
      assertArrayEquals(
          Files.readAllBytes(a.resolve(name)), Files.readAllBytes(b.resolve(name)), name);
    }
  }

  @Test
  void anyKillAndAnyThreadCountGiveTheSameBits() throws IOException {
    Path whole = folder.resolve("whole");
    run(whole, "", 1, false, Console.SILENT);
    // Statuses: 3 iterations a batch, calibration, rate, 4 steps.
    for (int after : new int[] {0, 2, 4, 6, 7, 8, 10}) {
      Path out = folder.resolve("killed-" + after);
      assertThrows(Killed.class, () -> run(out, "", 2, false, new KillingConsole(after)));
      assertFalse(Files.exists(out.resolve("result-w3a3.json")), "killed too late: " + after);
      run(out, "", 2, true, Console.SILENT);
      assertSame(whole, out);
    }
  }

  /** Between two files that belong together: each is there, or comes back. */
  @Test
  void aKillBetweenTwoFilesLosesNothing() throws IOException {
    Path whole = folder.resolve("whole");
    run(whole, "", 2, false, Console.SILENT);
    Path quantized = whole.resolve("quantized-w3a3.safetensors");
    assertEquals("[\"shirt\"]", WeightFiles.open(quantized).metadata().get(Pretrained.CLASS_NAMES));

    Path out = folder.resolve("out");
    assertThrows(Killed.class, () -> run(out, "", 2, false, new KillingConsole(6)));
    Path sheet = out.resolve("images/contact-sheet.png");
    Files.delete(sheet);
    run(out, "", 2, true, Console.SILENT);
    assertEquals(-1, Files.mismatch(whole.resolve("images/contact-sheet.png"), sheet));
    assertSame(whole, out);

    Files.delete(out.resolve("result-w3a3.json"));
    run(out, "", 2, true, new KillingConsole(0)); // does not even begin to calibrate
    assertSame(whole, out);
  }

  @Test
  void anotherSeedGivesOtherImages() throws IOException {
    run(folder.resolve("one"), "seed = 1, fine-tuning.epochs = 0", 2, false, Console.SILENT);
    run(folder.resolve("two"), "seed = 2, fine-tuning.epochs = 0", 2, false, Console.SILENT);
    String name = "images/batch-000.safetensors";
    assertFalse(
        Arrays.equals(
            Files.readAllBytes(folder.resolve("one").resolve(name)),
            Files.readAllBytes(folder.resolve("two").resolve(name))));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "quantizer.weight-granularity = tensor",
        "quantizer { weight-range = mse, first-last-bits = 8 }",
        "quantizer.layer-bits { \"features.stage1.unit1.body.conv2.conv\" = w5a6 }",
        "quantizer.gradient = masked"
      })
  void theFileHoldsTheVeryNetwork(String settings) {
    float[][] logits = new float[2][];
    Path out = folder.resolve("run");
    Config tree =
        ConfigFactory.parseString(settings + "\nfine-tuning { epochs = 1, steps = 1 }")
            .withFallback(ConfigFactory.parseString(BUDGET))
            .withFallback(Presets.tree("default", Presets.Profile.CIFAR10));
    IntraQConfig config = Presets.read(tree);
    Pretrained pretrained = network();
    float[] pixels = new float[2 * 32 * 32];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) Math.sin(0.1 * i);
    }
    try (Backend backend = new CpuBackend(2);
        Parameters teacher =
            new Parameters(backend, pretrained.network(), pretrained.weights(), false);
        RunFolder run = RunFolder.open(out, Map.of(), Map.of(), Presets.render(tree), false)) {
      SynthesisStage.run(run, teacher, pretrained.preprocessing(), config, Console.SILENT);
      try (StoredImages images = SynthesisStage.images(run, config.synthesis())) {
        QuantizationStage.run(
            run,
            teacher,
            pretrained,
            config,
            W3A3,
            images,
            Console.SILENT,
            (moment, epoch, classifier) -> logits[0] = logits(classifier, pixels));
      }
      var content = QuantizedFile.read(out.resolve("quantized-w3a3.safetensors"));
      try (Parameters parameters = QuantizedFile.parameters(backend, content);
          ActivationRanges ranges = new ActivationRanges(backend)) {
        logits[1] = logits(Classifier.of(parameters, content.quantizer(ranges)), pixels);
      }
    }
    assertTrue(logits[0][0] != logits[0][1], "degenerate logits");
    assertArrayEquals(logits[0], logits[1], 0f);
  }

  private static float[] logits(Classifier classifier, float[] pixels) {
    float[] logits = new float[2 * classifier.classes()];
    classifier.logits(pixels, 2, logits);
    return logits;
  }

  @Test
  void foldersOfOthersAreLeftAlone() throws IOException {
    Map<String, String> mine = Map.of("seed", "1");
    Path out = folder.resolve("run");
    RunFolder.open(out, mine, Map.of(), "", false).close();
    var notEmpty =
        assertThrows(
            RunException.class, () -> RunFolder.open(out, mine, Map.of(), "", false).close());
    assertTrue(notEmpty.getMessage().contains("--resume"), notEmpty.getMessage());
    var other =
        assertThrows(
            RunException.class,
            () -> RunFolder.open(out, Map.of("seed", "2"), Map.of(), "", true).close());
    assertTrue(other.getMessage().contains("seed is 1, not 2"), other.getMessage());
    try (RunFolder held = RunFolder.open(out, mine, Map.of(), "", true)) {
      assertThrows(RunException.class, () -> RunFolder.open(out, mine, Map.of(), "", true).close());
      assertEquals(out, held.root());
    }
    Path absent = folder.resolve("absent");
    var nothing =
        assertThrows(
            RunException.class, () -> RunFolder.open(absent, mine, Map.of(), "", true).close());
    assertTrue(nothing.getMessage().contains(absent + ": no such folder"), nothing.getMessage());
    assertFalse(Files.exists(absent), "a slip in a name leaves no folder");
    // Killed after it had made its folder: nothing is lost, so the same command may begin it.
    Files.createDirectory(absent);
    try (RunFolder begun = RunFolder.open(absent, mine, Map.of(), "", true)) {
      assertTrue(begun.fresh());
    }
    try (RunFolder again = RunFolder.open(absent, mine, Map.of(), "", true)) {
      assertFalse(again.fresh());
    }
    Path file = Files.writeString(folder.resolve("file"), "x");
    assertThrows(RunException.class, () -> RunFolder.open(file, mine, Map.of(), "", false).close());
    Path foreign = Files.createDirectory(folder.resolve("foreign"));
    Files.writeString(foreign.resolve("letter.txt"), "dear");
    assertThrows(
        RunException.class, () -> RunFolder.open(foreign, mine, Map.of(), "", true).close());
    assertThrows(RunException.class, () -> RunFolder.existing(foreign).close());
    assertEquals("dear", Files.readString(foreign.resolve("letter.txt")));
  }
}
