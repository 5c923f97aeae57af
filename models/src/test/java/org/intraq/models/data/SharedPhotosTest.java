package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The real images beside the project, where they are present. */
class SharedPhotosTest {
  private static Path shared(String name) {
    Path path = Path.of(System.getProperty("intraq.shared", "../../shared"), name);
    assumeTrue(Files.exists(path), path + " is absent");
    return path;
  }

  private static byte[] tensor(Path file, String name) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    JsonNode offsets = new ObjectMapper().readTree(bytes, 8, header).get(name).get("data_offsets");
    return Arrays.copyOfRange(
        bytes, 8 + header + offsets.get(0).asInt(), 8 + header + offsets.get(1).asInt());
  }

  @Test
  void firstEightPhotosEqualPillow() throws IOException {
    ImageDataset photos = Datasets.open(shared("data/photos500"));
    byte[] golden = tensor(shared("golden/photos.safetensors"), "first8_u8");
    int[] sorted =
        IntStream.range(0, photos.size())
            .boxed()
            .sorted(
                Comparator.comparing(
                    i -> String.valueOf(Path.of(photos.imageName(i)).getFileName())))
            .mapToInt(Integer::intValue)
            .toArray();
    int plane = 224 * 224;
    long different = 0;
    for (int n = 0; n < 8; n++) {
      DecodedImage image = Preprocessing.KERAS_MOBILENET.toPixels(photos.load(sorted[n]));
      for (int i = 0; i < 3 * plane; i++) {
        int expected = golden[n * 3 * plane + i % 3 * plane + i / 3] & 0xFF;
        different += expected == (image.pixels()[i] & 0xFF) ? 0 : 1;
      }
    }
    assertEquals(0, different, "samples that differ from Pillow's");
  }

  @Test
  void folderAndListAgreeOnFiveHundredPhotos() {
    ImageDataset folder = Datasets.open(shared("data/photos500/val"));
    ImageDataset list = Datasets.open(shared("data/photos500/labels.csv"));
    assertEquals(500, folder.size());
    assertEquals(500, list.size());
    Map<String, Integer> labels = new HashMap<>();
    for (int i = 0; i < 500; i++) {
      labels.put(folder.imageName(i), folder.label(i));
    }
    for (int i = 0; i < 500; i++) {
      assertEquals(labels.get(list.imageName(i)), list.label(i));
    }
    assertTrue(folder.skipped().isEmpty() && list.skipped().isEmpty());
  }

  @Test
  void cifarTestSetStartsAsKnown() {
    ImageDataset cifar = Datasets.open(shared("data/cifar10/test_1017.bin"));
    assertEquals(1017, cifar.size());
    // cat, ship, ship, plane, frog, frog, car, frog, cat, car
    int[] known = {3, 8, 8, 0, 6, 6, 1, 6, 3, 1};
    for (int i = 0; i < known.length; i++) {
      assertEquals(known[i], cifar.label(i));
    }
  }
}
