package org.intraq.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import javax.imageio.ImageIO;
import org.intraq.models.names.Pretrained;
import org.intraq.models.net.Network;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same images in every format that {@code eval} reads: the same answer, to the last bit. */
class EvalDataTest {
  private static final int N = 12;

  @TempDir Path folder;

  private void network(String name) {
    Zoo.Entry entry = Zoo.get(name);
    Pretrained.of(
            entry, Initializer.initialize(entry.network(), 1), entry.preprocessing(), Map.of())
        .save(folder.resolve(name), Map.of());
  }

  /** What {@code eval} answers but for the time it took. */
  private String eval(String network, String data) throws IOException {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    String[] line = {
      "eval",
      "--weights",
      folder.resolve(network).toString(),
      "--json",
      "--data",
      folder.resolve(data).toString()
    };
    assertEquals(0, Main.run(new PrintWriter(out), new PrintWriter(err), line), err.toString());
    JsonNode answer = new ObjectMapper().readTree(out.toString());
    assertEquals(N, answer.get("images").asInt());
    assertEquals(0, answer.get("skipped").asInt());
    // A folder gives its images in another order than a list, which moves the last bit of their
    // sum.
    String loss = String.format(Locale.ROOT, "%.12g", answer.get("loss").asDouble());
    return answer.get("top1") + " " + answer.get("top5") + " " + loss;
  }

  @Test
  void colour() throws IOException {
    network("resnet20_cifar10");
    ByteArrayOutputStream cifar = new ByteArrayOutputStream();
    StringBuilder csv = new StringBuilder("file,label\n");
    Random random = new Random(4);
    for (int i = 0; i < N; i++) {
      int label = i % 10;
      byte[] planes = new byte[3 * 1024];
      random.nextBytes(planes);
      cifar.write(label);
      cifar.writeBytes(planes);
      BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
      for (int p = 0; p < 1024; p++) {
        int rgb = planes[p] << 16 | (planes[1024 + p] & 255) << 8 | planes[2048 + p] & 255;
        image.setRGB(p % 32, p / 32, rgb);
      }
      Path file = folder.resolve("images/" + label + "/" + i + ".png");
      Files.createDirectories(file.getParent());
      ImageIO.write(image, "png", file.toFile());
      csv.append(label).append('/').append(i).append(".png,").append(label).append('\n');
    }
    Files.write(folder.resolve("images.bin"), cifar.toByteArray());
    Files.writeString(folder.resolve("images/list.csv"), csv);
    String expected = eval("resnet20_cifar10", "images.bin");
    assertEquals(expected, eval("resnet20_cifar10", "images/list.csv"));
    Files.delete(folder.resolve("images/list.csv"));
    assertEquals(expected, eval("resnet20_cifar10", "images"));
  }

  @Test
  void grey() throws IOException {
    network("resnet20_fashion");
    byte[] pixels = new byte[N * 784];
    new Random(5).nextBytes(pixels);
    byte[] labels = new byte[N];
    for (int i = 0; i < N; i++) {
      labels[i] = (byte) (i % 10);
    }
    byte[] images =
        ByteBuffer.allocate(16 + N * 784)
            .putInt(0x803)
            .putInt(N)
            .putInt(28)
            .putInt(28)
            .put(pixels)
            .array();
    byte[] classes = ByteBuffer.allocate(8 + N).putInt(0x801).putInt(N).put(labels).array();
    Files.createDirectories(folder.resolve("plain"));
    Files.createDirectories(folder.resolve("packed"));
    for (Map.Entry<String, byte[]> file :
        Map.of("t10k-images-idx3-ubyte", images, "t10k-labels-idx1-ubyte", classes).entrySet()) {
      Files.write(folder.resolve("plain").resolve(file.getKey()), file.getValue());
      Path packed = folder.resolve("packed").resolve(file.getKey() + ".gz");
      try (OutputStream gzip = new GZIPOutputStream(Files.newOutputStream(packed))) {
        gzip.write(file.getValue());
      }
    }
    List<String> answers = new ArrayList<>();
    for (String data :
        List.of(
            "plain",
            "packed",
            "plain/t10k-images-idx3-ubyte",
            "packed/t10k-images-idx3-ubyte.gz")) {
      answers.add(eval("resnet20_fashion", data));
    }
    assertEquals(1, answers.stream().distinct().count(), answers.toString());
  }

  /** 112 x 112 x 64 numbers of an image, 2,674 times, are the most of one array. */
  @Test
  void batchesThatNoArrayHoldsAreRefused() {
    Network resnet18 = Zoo.get("resnet18").network();
    EvalCommand.requireAddressable(resnet18, 2674);
    UserException e =
        assertThrows(UserException.class, () -> EvalCommand.requireAddressable(resnet18, 2675));
    assertTrue(e.getMessage().contains("at most 2674 images at a time, got 2675"), e.getMessage());
  }
}
