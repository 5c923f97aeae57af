package org.intraq.models.file;

import static org.intraq.models.file.Hostile.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class HostileZipTest {
  private static final byte[] PICKLE =
      new PickleWriter()
          .op('}')
          .text("w")
          .tensor("FloatStorage", "0", 16, 0, new long[] {16}, new long[] {1})
          .op('s')
          .stop();

  private static final byte[] GOOD = ZipWriter.checkpoint(PICKLE, new byte[64]);

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] deflatedStorage(byte[] content) {
    return new ZipWriter().stored("a/data.pkl", PICKLE).deflated("a/data/0", content).toBytes();
  }

  @Test
  void storedAndDeflatedEntriesAreRead() {
    byte[] floats = new byte[64];
    ByteBuffer.wrap(floats).order(ByteOrder.LITTLE_ENDIAN).putFloat(60, -2.5f);
    float[] expected = new float[16];
    expected[15] = -2.5f;
    for (byte[] zip :
        new byte[][] {ZipWriter.checkpoint(PICKLE, floats), deflatedStorage(floats)}) {
      assertArrayEquals(expected, WeightFiles.read("good", zip).tensor("w").toFloats());
      byte[] outer = new ZipWriter().stored("x/", new byte[0]).stored("x/w.pth", zip).toBytes();
      assertArrayEquals(expected, WeightFiles.read("good", outer).tensor("w").toFloats());
    }
  }

  @Test
  void zipBombsAreRefusedBeforeTheyInflate() {
    byte[] zeros = new byte[100 << 20];
    assertRefused("zip bomb", new ZipWriter().deflated("w.pth", zeros).toBytes());
    assertRefused("zip bomb", deflatedStorage(zeros));
    // A directory that hides the size is found out while inflating.
    byte[] hidden = new ZipWriter().deflated("w.pth", zeros).toBytes();
    assertRefused(
        "inflates to more than the 1000 bytes it declares",
        ZipWriter.lie(hidden, 0, ZipWriter.SIZE, 1000));
    assertRefused("impossible sizes", ZipWriter.lie(GOOD, 1, ZipWriter.SIZE, Integer.MAX_VALUE));
  }

  @Test
  void nestedArchivesAreNotFollowed() {
    byte[] once = new ZipWriter().stored("w.pth", GOOD).toBytes();
    assertEquals(1, WeightFiles.read("good", once).tensors().size());
    byte[] twice = new ZipWriter().stored("w.zip", once).toBytes();
    assertRefused("inside of a zip archive", twice);
  }

  @Test
  void directoriesThatLie() {
    byte[] deflated = deflatedStorage(new byte[64]);
    byte[] one = new ZipWriter().deflated("w.pth", new byte[64]).toBytes();
    assertRefused("inflates to 64 bytes", ZipWriter.lie(one, 0, ZipWriter.SIZE, 65));
    assertRefused("should hold 16", ZipWriter.lie(deflated, 1, ZipWriter.SIZE, 65));
    assertRefused("impossible sizes", ZipWriter.lie(GOOD, 1, ZipWriter.COMPRESSED, 65));
    assertRefused("impossible sizes", ZipWriter.lie(GOOD, 1, ZipWriter.HEADER, -2));
    assertRefused(
        "no local header", ZipWriter.lie(deflated, 1, ZipWriter.HEADER, header(deflated, 1) + 1));
    assertRefused("overlaps", ZipWriter.lie(GOOD, 1, ZipWriter.HEADER, 0));
    assertRefused("is damaged", ZipWriter.lie(GOOD, 1, ZipWriter.CRC, 12345));
    assertRefused("is damaged", ZipWriter.lie(deflated, 1, ZipWriter.CRC, 12345));
    assertRefused("encrypted", ZipWriter.lieShort(GOOD, 1, ZipWriter.FLAGS, 1));
    assertRefused("packed with method 12", ZipWriter.lieShort(GOOD, 1, ZipWriter.METHOD, 12));
    assertRefused("", ZipWriter.lieShort(deflated, 1, ZipWriter.METHOD, 0));
    assertRefused("", ZipWriter.lieShort(GOOD, 1, ZipWriter.METHOD, 8));
  }

  private static int header(byte[] zip, int n) {
    return ByteBuffer.wrap(zip)
        .order(ByteOrder.LITTLE_ENDIAN)
        .getInt(ZipWriter.central(zip, n) + ZipWriter.HEADER);
  }

  @Test
  void flippedStorageBitsAreNoticed() {
    byte[] floats = new byte[64];
    Arrays.fill(floats, (byte) 0x3F);
    byte[] zip = ZipWriter.checkpoint(PICKLE, floats);
    int at = new String(zip, StandardCharsets.ISO_8859_1).indexOf("????????");
    zip[at + 20] ^= 4;
    assertRefused("'archive/data/0' is damaged", zip);
  }

  @Test
  void endRecordsThatLie() {
    int end = GOOD.length - 22;
    for (int field : new int[] {8, 10, 12, 16}) {
      byte[] zip = GOOD.clone();
      Arrays.fill(zip, end + field, end + field + 2, (byte) 0xFF);
      if (field != 8) {
        assertRefused("zip directory", zip);
      }
    }
    byte[] volumes = GOOD.clone();
    volumes[end + 4] = 1;
    assertRefused("several volumes", volumes);
    byte[] comment = GOOD.clone();
    comment[end + 20] = 1;
    assertRefused("without its directory's end", comment);
  }

  @Test
  void zip64EndRecordsAreReadAndMayNotLie() {
    byte[] good = zip64(central(GOOD), 3, GOOD.length - 22 - central(GOOD), 0);
    assertEquals(16, WeightFiles.read("good", good).tensor("w").toFloats().length);
    int bytes = GOOD.length - 22 - central(GOOD);
    assertRefused("outside of the file", zip64(Long.MAX_VALUE, 3, bytes, 0));
    assertRefused("outside of the file", zip64(central(GOOD), 3, Long.MAX_VALUE, 0));
    assertRefused("outside of the file", zip64(-1, 3, -1, 0));
    assertRefused("entries in", zip64(central(GOOD), Long.MAX_VALUE, bytes, 0));
    assertRefused("entries in", zip64(central(GOOD), -1, bytes, 0));
    assertRefused("outside of the file", zip64(central(GOOD), 3, bytes, Long.MAX_VALUE / 2));
    assertRefused("outside of the file", zip64(central(GOOD), 3, bytes, Long.MIN_VALUE));
    assertRefused("not where it should be", zip64(central(GOOD), 3, bytes, -4));
  }

  private static int central(byte[] zip) {
    return ZipWriter.central(zip, 0);
  }

  /** GOOD with a zip64 end record and locator, as PyTorch writes them. */
  private static byte[] zip64(long start, long entries, long bytes, long locatorError) {
    int end = GOOD.length - 22;
    ByteBuffer out = ByteBuffer.allocate(GOOD.length + 56 + 20).order(ByteOrder.LITTLE_ENDIAN);
    out.put(GOOD, 0, end);
    out.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45);
    out.putInt(0).putInt(0).putLong(entries).putLong(entries).putLong(bytes).putLong(start);
    out.putInt(0x07064b50).putInt(0).putLong(end + locatorError).putInt(1);
    out.put(GOOD, end, 22);
    return out.array();
  }

  @Test
  void whatIsNoCheckpointIsNamed() {
    assertRefused(
        "zip archive of 2 files",
        new ZipWriter().stored("a", ascii("x")).stored("b", ascii("y")).toBytes());
    assertRefused("no weight file", new ZipWriter().stored("../../evil", ascii("x")).toBytes());
    assertRefused(
        "more than one data.pkl",
        new ZipWriter().stored("a/data.pkl", PICKLE).stored("b/data.pkl", PICKLE).toBytes());
    assertRefused(
        "TorchScript",
        new ZipWriter().stored("a/data.pkl", PICKLE).stored("a/constants.pkl", PICKLE).toBytes());
    assertRefused(
        "byte order 'big'",
        new ZipWriter().stored("a/data.pkl", PICKLE).stored("a/byteorder", ascii("big")).toBytes());
    assertRefused("has no storage '0'", new ZipWriter().stored("a/data.pkl", PICKLE).toBytes());
    byte[] twins =
        new ZipWriter().stored("a/data/0", ascii("x")).stored("a/data/1", ascii("x")).toBytes();
    int name = ZipWriter.central(twins, 1) + 46;
    twins[name + 7] = '0';
    assertRefused("two entries named 'a/data/0'", twins);
  }

  @Test
  void manyEntriesAreNoProblem() {
    ZipWriter zip = new ZipWriter().stored("a/data.pkl", PICKLE).stored("a/data/0", new byte[64]);
    for (int i = 1; i < 60_000; i++) {
      zip.stored("a/data/" + i, new byte[0]);
    }
    assertEquals(1, WeightFiles.read("good", zip.toBytes()).tensors().size());
  }
}
