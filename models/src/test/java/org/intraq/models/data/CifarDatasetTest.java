package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CifarDatasetTest {
  @TempDir Path folder;

  private static byte[] records(int labelBytes, int[] labels) {
    byte[] bytes = new byte[labels.length * (labelBytes + 3072)];
    new Random(7).nextBytes(bytes);
    for (int r = 0; r < labels.length; r++) {
      bytes[r * (labelBytes + 3072)] = (byte) (labels[r] % 10);
      bytes[r * (labelBytes + 3072) + labelBytes - 1] = (byte) labels[r];
    }
    return bytes;
  }

  @Test
  void readsCifar10PlanesAsInterleavedPixels() {
    byte[] bytes = records(1, new int[] {3, 9, 0});
    ImageDataset data = Datasets.open(TestImages.write(folder, "test_batch.bin", bytes));
    assertEquals(3, data.size());
    assertEquals(10, data.classCount());
    assertEquals(9, data.label(1));
    DecodedImage image = data.load(2);
    for (int y = 0; y < 32; y++) {
      for (int x = 0; x < 32; x++) {
        for (int c = 0; c < 3; c++) {
          int stored = bytes[2 * 3073 + 1 + c * 1024 + y * 32 + x] & 0xFF;
          assertEquals(stored, image.sample(y, x, c));
        }
      }
    }
  }

  @Test
  void takesTheFineLabelOfCifar100() {
    Path file = TestImages.write(folder, "x.bin", records(2, new int[] {42, 99}));
    CifarDataset data = CifarDataset.open(file);
    assertEquals(CifarDataset.Kind.CIFAR100, data.kind());
    assertEquals(100, data.classCount());
    assertEquals(99, data.label(1));
  }

  @Test
  void joinsTrainingBatchesOfAFolder() {
    TestImages.write(folder, "data_batch_1.bin", records(1, new int[] {1, 2}));
    TestImages.write(folder, "data_batch_2.bin", records(1, new int[] {3}));
    TestImages.write(folder, "test_batch.bin", records(1, new int[] {4}));
    ImageDataset train = Datasets.open(folder, Split.TRAIN);
    assertEquals(3, train.size());
    assertEquals(3, train.label(2));
    assertTrue(train.imageName(2).endsWith("data_batch_2.bin, record 0"), train.imageName(2));
    assertEquals(4, Datasets.open(folder).label(0));
    assertThrows(IndexOutOfBoundsException.class, () -> train.load(3));
    assertThrows(IndexOutOfBoundsException.class, () -> train.label(-1));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 3072, 3074 - 2, 3073 * 2 - 1, 3073 + 3074})
  void refusesPartsOfRecords(int length) {
    Path file = TestImages.write(folder, "cut.bin", new byte[length]);
    DataException e = assertThrows(DataException.class, () -> Datasets.open(file));
    assertTrue(e.getMessage().contains("cut.bin") && e.getMessage().contains(" " + length + " "));
  }

  @Test
  void refusesLabelsOutOfRange() {
    byte[] bytes = records(1, new int[] {1, 2});
    bytes[3073] = 10;
    Path file = TestImages.write(folder, "bad.bin", bytes);
    DataException e = assertThrows(DataException.class, () -> Datasets.open(file));
    assertTrue(e.getMessage().contains("record 1"), e.getMessage());
  }

  @Test
  void refusesMixedKinds() {
    Path ten = TestImages.write(folder, "a.bin", records(1, new int[] {1}));
    Path hundred = TestImages.write(folder, "b.bin", records(2, new int[] {1}));
    assertThrows(DataException.class, () -> CifarDataset.open(ten, hundred));
  }
}
