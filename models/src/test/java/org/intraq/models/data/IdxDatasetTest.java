package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxDatasetTest {
  @TempDir Path folder;

  private static final byte[] IMAGES = TestImages.hashed(1, 5 * 4 * 3, 1, 1).pixels();
  private static final byte[] LABELS = {0, 6, 2, 6, 1};

  private Path images(String name, byte[] bytes) {
    return TestImages.write(folder, name, bytes);
  }

  private DataException refused(byte[] images, byte[] labels) {
    Path imageFile = images("x-images-idx3-ubyte", images);
    Path labelFile = images("x-labels-idx1-ubyte", labels);
    DataException e =
        assertThrows(DataException.class, () -> IdxDataset.open(imageFile, labelFile));
    assertTrue(e.getMessage().contains(folder.toString()), e.getMessage());
    return e;
  }

  private static void assertIsThePair(ImageDataset data) {
    assertEquals(5, data.size());
    assertEquals(7, data.classCount());
    assertEquals(6, data.label(3));
    DecodedImage third = data.load(2);
    assertEquals(4, third.height());
    assertEquals(3, third.width());
    assertArrayEquals(Arrays.copyOfRange(IMAGES, 24, 36), third.pixels());
  }

  @Test
  void findsPartnersPlainAndGzippedAndByFolder() {
    Path plain = images("t10k-images-idx3-ubyte", TestImages.idx(IMAGES, 5, 4, 3));
    Path gzipped = images("t10k-labels-idx1-ubyte.gz", TestImages.gzip(TestImages.idx(LABELS, 5)));
    assertIsThePair(Datasets.open(plain));
    assertIsThePair(Datasets.open(gzipped));
    assertIsThePair(Datasets.open(folder));
    assertIsThePair(Datasets.open(plain + "," + gzipped, Split.TEST));
    assertIsThePair(Datasets.open(plain.toString(), Split.TRAIN));
    DataException e = assertThrows(DataException.class, () -> Datasets.open(folder, Split.TRAIN));
    assertTrue(e.getMessage().contains("TRAIN"), e.getMessage());
  }

  @Test
  void choosesTheSplit() {
    images("t10k-images-idx3-ubyte", TestImages.idx(IMAGES, 5, 4, 3));
    images("t10k-labels-idx1-ubyte", TestImages.idx(LABELS, 5));
    images("train-images-idx3-ubyte", TestImages.idx(new byte[12], 1, 4, 3));
    images("train-labels-idx1-ubyte", TestImages.idx(new byte[1], 1));
    assertEquals(1, Datasets.open(folder, Split.TRAIN).size());
    assertEquals(5, Datasets.open(folder, Split.TEST).size());
  }

  @Test
  void readsColour() {
    Path imageFile = images("c-images-idx4-ubyte", TestImages.idx(IMAGES, 5, 2, 2, 3));
    images("c-labels-idx1-ubyte", TestImages.idx(LABELS, 5));
    DecodedImage image = Datasets.open(imageFile).load(4);
    assertEquals(3, image.channels());
    assertEquals(IMAGES[48 + 2 * 3 + 1] & 0xFF, image.sample(1, 0, 1));
  }

  @Test
  void missingPartnerIsNamed() {
    Path plain = images("t10k-images-idx3-ubyte", TestImages.idx(IMAGES, 5, 4, 3));
    DataException e = assertThrows(DataException.class, () -> Datasets.open(plain));
    assertTrue(e.getMessage().contains("t10k-labels-idx1-ubyte.gz"), e.getMessage());
  }

  @Test
  void refusesLyingHeaders() {
    byte[] labels = TestImages.idx(LABELS, 5);
    refused(TestImages.idx(IMAGES, 6, 4, 3), labels);
    refused(TestImages.idx(IMAGES, 5, 4, 2), labels);
    refused(TestImages.idx(IMAGES, 0, 4, 3), labels);
    refused(TestImages.idx(IMAGES, -5, 4, 3), labels);
    refused(TestImages.idx(IMAGES, 0x7FFFFFFF, 0x7FFFFFFF, 0x7FFFFFFF), labels);
    refused(TestImages.idx(IMAGES, 5, 4, 3), TestImages.idx(new byte[4], 4));
    refused(TestImages.idx(IMAGES, 5, 12), labels);
    refused(TestImages.idx(IMAGES, 15, 2, 2, 1), labels);
    refused(labels, TestImages.idx(IMAGES, 5, 4, 3));
    byte[] floats = TestImages.idx(IMAGES, 5, 4, 3);
    floats[2] = 0x0D;
    refused(floats, labels);
    refused(new byte[] {0, 0, 8, 3, 0}, labels);
    refused(new byte[0], labels);
  }

  @Test
  void refusesTruncatedGzip() {
    byte[] gzip = TestImages.gzip(TestImages.idx(IMAGES, 5, 4, 3));
    for (int length = 0; length < gzip.length - 8; length++) {
      refused(Arrays.copyOf(gzip, length), TestImages.idx(LABELS, 5));
    }
  }

  @Test
  void gzipBombIsRefusedByItsHeaderOrReadNoFurtherThanDeclared() {
    byte[] labels = TestImages.idx(LABELS, 5);
    // 64 MiB of zeros behind a header that declares 60 bytes.
    byte[] bomb = TestImages.gzip(TestImages.idx(new byte[1 << 26], 5, 4, 3));
    assertTrue(bomb.length < 100_000);
    assertTrue(refused(bomb, labels).getMessage().contains("goes on"));
    // The same zeros behind a header that declares a gigabyte.
    byte[] liar = TestImages.gzip(TestImages.idx(new byte[1 << 10], 1 << 20, 32, 32));
    assertTrue(refused(liar, labels).getMessage().contains("declares"));
    // 128 MiB that are really there, out of 130 KB.
    byte[] honest = TestImages.gzip(TestImages.idx(new byte[1 << 27], 1 << 17, 32, 32));
    assertTrue(refused(honest, labels).getMessage().contains("gzip bomb"));
  }

  @Property(tries = 300)
  void anyMutationIsReadOrRefused(
      @ForAll @IntRange(max = 75) int at, @ForAll byte value, @ForAll boolean gzip)
      throws Exception {
    byte[] bytes = TestImages.idx(IMAGES, 5, 4, 3);
    if (gzip) {
      bytes = TestImages.gzip(bytes);
    }
    bytes[at % bytes.length] = value;
    Path temporary = Files.createTempDirectory("idx");
    Path imageFile = TestImages.write(temporary, "images", bytes);
    Path labelFile = TestImages.write(temporary, "labels", TestImages.idx(LABELS, 5));
    try {
      ImageDataset data = IdxDataset.open(imageFile, labelFile);
      assertEquals(60, data.size() * data.load(data.size() - 1).pixels().length);
    } catch (DataException e) {
      assertTrue(e.getMessage().contains(imageFile.toString()), e.getMessage());
    } finally {
      Files.delete(imageFile);
      Files.delete(labelFile);
      Files.delete(temporary);
    }
  }

  @Test
  void readsTheCommittedFashionMnist() {
    ImageDataset data = Datasets.open(Path.of("data", "fashion-mnist"));
    assertEquals(10_000, data.size());
    assertEquals(10, data.classCount());
    int[] perClass = new int[10];
    for (int i = 0; i < data.size(); i++) {
      perClass[data.label(i)]++;
    }
    for (int count : perClass) {
      assertEquals(1000, count);
    }
    assertEquals(9, data.label(0), "the first test image is an ankle boot");
    assertEquals(28, data.load(9_999).height());
  }
}
