package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import javax.imageio.ImageIO;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.config.Presets;
import org.intraq.cuda.CudaProvider;
import org.intraq.cuda.CudaTesting;
import org.intraq.models.net.Forward;
import org.intraq.models.net.Network;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.quantize.BitPlan;
import org.intraq.quantize.Bits;
import org.intraq.quantize.QuantizedFile;
import org.intraq.quantize.QuantizedNetwork;
import org.intraq.quantize.RangeObserver;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Scope;
import org.intraq.tensor.cpu.CpuBackend;
import org.intraq.tensor.testing.KernelData;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands with the integer engine and {@code --device cuda}. */
final class IntegerOnGpuTest {
  private static final int IMAGES = 21;
  private static final int IMAGE_BYTES = 3073;

  @TempDir private Path folder;
  private String out;
  private String err;

  @BeforeEach
  void files() throws IOException {
    quantized(folder.resolve("q"));
    Random random = new Random(1);
    byte[] images = new byte[IMAGES * IMAGE_BYTES];
    random.nextBytes(images);
    for (int i = 0; i < IMAGES; i++) {
      images[i * IMAGE_BYTES] = (byte) (i % 10);
    }
    Files.write(folder.resolve("images.bin"), images);
    BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
    for (int p = 0; p < 1024; p++) {
      image.setRGB(p % 32, p / 32, random.nextInt(1 << 24));
    }
    ImageIO.write(image, "png", folder.resolve("0.png").toFile());
  }

  private static void quantized(Path file) {
    Zoo.Entry entry = Zoo.get("resnet20_cifar10");
    Network network = entry.network();
    var config = Presets.of("default", Presets.Profile.CIFAR10);
    BitPlan plan = BitPlan.uniform(network, Bits.parse("w4a4"));
    var weights = Initializer.initialize(network, 3);
    try (Backend cpu = new CpuBackend(1);
        Scope scope = new Scope(cpu, "images");
        var net = new QuantizedNetwork(cpu, network, weights, plan, config.quantizer())) {
      var observer =
          new RangeObserver(plan, net.quantizer(), net.activationRanges(), config.calibration());
      try (Tape tape = Tape.inference(cpu)) {
        var x = scope.of(KernelData.signed(2 * 32 * 32 * 3, 1), 2, 32, 32, 3);
        Variable images = Variable.constant(x);
        Forward.run(tape, net.parameters(), images, Forward.Mode.EVALUATE, observer);
      }
      QuantizedFile.write(file, net, entry.architecture(), entry.preprocessing(), Map.of());
    }
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

  /** What a run prints, without its times. */
  private String result(String line) {
    assertEquals(0, run(line + " --json"), err);
    return out.replaceAll("\"(seconds|images_per_second)\":[^,}]*", "");
  }

  @Test
  void answersAreThoseOfTheCpu() {
    CudaTesting.need(CudaTesting.hasGpu(), "there is no GPU");
    for (String line :
        new String[] {
          "eval --quantized DIR/q --data DIR/images.bin --batch 8 --engine integer",
          "eval --quantized DIR/q --data DIR/images.bin --batch 8 --engine integer --all-integer",
          "predict --quantized DIR/q DIR/0.png DIR/0.png DIR/0.png --engine integer"
        }) {
      assertEquals(result(line), result(line + " --device cuda"), line);
    }
  }

  @Test
  void withoutGpuOneSentenceSaysWhatIsMissing() {
    if (CudaTesting.hasGpu()) {
      return;
    }
    for (String line :
        new String[] {
          "eval --quantized DIR/q --data DIR/images.bin --engine integer --device cuda",
          "predict --quantized DIR/q DIR/0.png --engine integer --device cuda"
        }) {
      assertEquals(2, run(line), err);
      assertEquals(1, err.lines().count(), err);
      assertTrue(err.startsWith("intraq: --device cuda: "), err);
      assertTrue(err.contains(new CudaProvider().reason()), err);
      assertTrue(err.contains("--device cpu runs everywhere"), err);
    }
  }
}
