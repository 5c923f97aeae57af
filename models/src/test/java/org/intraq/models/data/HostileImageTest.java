package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Damaged and malicious images: decoded or refused by name, quickly, and nothing else. */
class HostileImageTest {
  private static final byte[] BASELINE = TestImages.jpeg(TestImages.smooth(40, 56), false);
  private static final byte[] PROGRESSIVE = TestImages.jpeg(TestImages.smooth(40, 56), true);
  private static final byte[] PNG =
      TestImages.png(
          TestImages.buffered(TestImages.hashed(20, 20, 3, 1), BufferedImage.TYPE_3BYTE_BGR));

  private static DecodedImage decode(byte[] bytes) {
    return ImageDecoder.DEFAULT.decode(bytes, "the-file");
  }

  private static String refusal(byte[] bytes) {
    return assertTimeoutPreemptively(
        Duration.ofSeconds(2),
        () -> {
          DataException e = assertThrows(DataException.class, () -> decode(bytes));
          assertTrue(e.getMessage().startsWith("the-file: "), e.getMessage());
          assertFalse(e.getMessage().contains("\n"), e.getMessage());
          return e.getMessage();
        });
  }

  private static int indexOf(byte[] bytes, int marker) {
    for (int i = 0; i + 1 < bytes.length; i++) {
      if (bytes[i] == (byte) 0xFF && bytes[i + 1] == (byte) marker) {
        return i;
      }
    }
    throw new AssertionError("no marker " + marker);
  }

  private static byte[] withSize(byte[] jpeg, int marker, int height, int width) {
    byte[] out = jpeg.clone();
    int at = indexOf(jpeg, marker);
    out[at + 5] = (byte) (height >> 8);
    out[at + 6] = (byte) height;
    out[at + 7] = (byte) (width >> 8);
    out[at + 8] = (byte) width;
    return out;
  }

  @Test
  void everyTruncationOfAJpegIsRefused() {
    for (byte[] whole : List.of(BASELINE, PROGRESSIVE)) {
      for (int length = 0; length < whole.length; length++) {
        byte[] cut = Arrays.copyOf(whole, length);
        DataException e = assertThrows(DataException.class, () -> decode(cut));
        assertTrue(e.getMessage().startsWith("the-file: "), e.getMessage());
      }
    }
  }

  @Test
  void everyTruncationOfAPngIsRefused() {
    for (int length = 0; length < PNG.length; length++) {
      refusal(Arrays.copyOf(PNG, length));
    }
  }

  @Test
  void damageInsideAScanIsToleratedAsByPillow() {
    int cut = indexOf(BASELINE, 0xDA) + 200;
    byte[] end = {(byte) 0xFF, (byte) 0xD9};
    byte[] closed = TestImages.concat(Arrays.copyOf(BASELINE, cut), end);
    assertEquals(40, decode(closed).height());
    byte[] trailer = TestImages.concat(BASELINE, new byte[100]);
    assertTrue(Arrays.equals(decode(BASELINE).pixels(), decode(trailer).pixels()));
  }

  @Property(tries = 400)
  void bitFlipsAreDecodedOrRefused(@ForAll Random random, @ForAll boolean progressive) {
    byte[] bytes = (progressive ? PROGRESSIVE : BASELINE).clone();
    for (int flips = 1 + random.nextInt(8); flips > 0; flips--) {
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    assertDecodedOrRefused(bytes);
  }

  /** Flips what the checksums cover and sets them right, so that the pixel decoder sees it. */
  @Property(tries = 200)
  void pngBitFlipsAreDecodedOrRefused(@ForAll Random random) {
    byte[] header = Arrays.copyOfRange(PNG, 16, 16 + 13);
    int dataLength = PNG.length - 33 - 12 - 12;
    byte[] data = Arrays.copyOfRange(PNG, 33 + 8, 33 + 8 + dataLength);
    byte[] target = random.nextInt(4) == 0 ? header : data;
    int at = target == header ? 8 + random.nextInt(5) : random.nextInt(data.length);
    target[at] ^= (byte) (1 << random.nextInt(8));
    assertDecodedOrRefused(png(header, data));
  }

  private static byte[] png(byte[] header, byte[] data) {
    return TestImages.concat(
        Arrays.copyOf(PNG, 8),
        TestImages.chunk("IHDR", header),
        TestImages.chunk("IDAT", data),
        TestImages.chunk("IEND", new byte[0]));
  }

  private static void assertDecodedOrRefused(byte[] bytes) {
    try {
      DecodedImage image = decode(bytes);
      assertEquals(image.height() * image.width() * image.channels(), image.pixels().length);
    } catch (DataException e) {
      assertTrue(e.getMessage().startsWith("the-file: "), e.getMessage());
    }
  }

  @Test
  void declaredSizesAreCheckedBeforeAnythingIsAllocated() {
    assertTrue(refusal(withSize(BASELINE, 0xC0, 65_500, 65_500)).contains("more than"));
    assertTrue(refusal(withSize(BASELINE, 0xC0, 8_000, 8_000)).contains("cannot hold"));
    assertTrue(refusal(withSize(PROGRESSIVE, 0xC2, 8_000, 8_000)).contains("cannot hold"));
    refusal(withSize(BASELINE, 0xC0, 0, 56));
    refusal(withSize(BASELINE, 0xC0, 40, 0));
    byte[] header = Arrays.copyOfRange(PNG, 16, 29);
    byte[] data = Arrays.copyOfRange(PNG, 41, PNG.length - 24);
    System.arraycopy(TestImages.int32(0x7FFFFFFF), 0, header, 0, 4);
    System.arraycopy(TestImages.int32(0x7FFFFFFF), 0, header, 4, 4);
    assertTrue(refusal(png(header, data)).contains("more than"));
    System.arraycopy(TestImages.int32(8_000), 0, header, 0, 4);
    System.arraycopy(TestImages.int32(8_000), 0, header, 4, 4);
    assertTrue(refusal(png(header, data)).contains("cannot hold"));
    System.arraycopy(TestImages.int32(-1), 0, header, 0, 4);
    refusal(png(header, data));
  }

  @Test
  void pngOfTooFewRowsIsRefused() {
    byte[] header = Arrays.copyOfRange(PNG, 16, 29);
    byte[] rows = deflate(new byte[19 * 61]);
    refusal(png(header, rows));
    assertEquals(20, decode(png(header, deflate(new byte[20 * 61]))).height());
  }

  @Test
  void pngBombBehindASmallHeaderIsNotInflated() {
    byte[] header = Arrays.copyOfRange(PNG, 16, 29);
    byte[] bomb = png(header, deflate(new byte[1 << 27]));
    assertTimeoutPreemptively(Duration.ofSeconds(2), () -> assertDecodedOrRefused(bomb));
  }

  private static byte[] deflate(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater =
        new DeflaterOutputStream(out, new Deflater(Deflater.BEST_SPEED))) {
      deflater.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  @Test
  void scanBombIsRefused() {
    // The last scan of a 4000x4000 progressive file repeated a thousand times.
    byte[] big = withSize(PROGRESSIVE, 0xC2, 4_000, 4_000);
    int first = indexOf(big, 0xDA);
    byte[] scan = Arrays.copyOfRange(big, first, first + 40);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(big, 0, first);
    for (int i = 0; i < 1000; i++) {
      out.writeBytes(scan);
    }
    out.writeBytes(new byte[] {(byte) 0xFF, (byte) 0xD9});
    assertTrue(refusal(out.toByteArray()).contains("scans"));
  }

  @Test
  void unsupportedKindsAreNamed() {
    for (int marker : new int[] {0xC3, 0xC5, 0xC9, 0xCA}) {
      byte[] other = BASELINE.clone();
      other[indexOf(other, 0xC0) + 1] = (byte) marker;
      assertTrue(refusal(other).contains("only baseline and progressive"));
    }
    byte[] twelve = BASELINE.clone();
    twelve[indexOf(twelve, 0xC0) + 4] = 12;
    assertTrue(refusal(twelve).contains("12 bits"));
    byte[] two = BASELINE.clone();
    two[indexOf(two, 0xC0) + 9] = 2;
    assertTrue(refusal(two).contains("2 components"));
    assertTrue(refusal("GIF89a".getBytes(StandardCharsets.ISO_8859_1)).contains("GIF"));
    assertTrue(refusal(new byte[0]).contains("empty"));
    assertTrue(refusal(new byte[] {1, 2, 3}).contains("01 02 03"));
    byte[] critical = TestImages.withChunk(PNG, "CgBI", new byte[4]);
    assertTrue(refusal(critical).contains("critical"));
    byte[] wrongSum = PNG.clone();
    wrongSum[PNG.length - 20] ^= 1;
    assertTrue(refusal(wrongSum).contains("checksum"));
  }

  @Test
  void longFilesAreRefusedUnread(@TempDir Path folder) {
    Path file = TestImages.write(folder, "a.jpg", new byte[5000]);
    ImageDecoder strict = new ImageDecoder(1000, 4999, true);
    DataException e = assertThrows(DataException.class, () -> strict.decode(file));
    assertTrue(e.getMessage().contains("5000 bytes"), e.getMessage());
    assertThrows(DataException.class, () -> strict.decode(folder));
    assertThrows(DataException.class, () -> strict.decode(folder.resolve("none.jpg")));
    assertThrows(IllegalArgumentException.class, () -> new ImageDecoder(0, 1, true));
  }
}
