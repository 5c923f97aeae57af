package org.intraq.models.data;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.stream.Stream;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any header, palette and pixel data are an image or refused. The input is 13 header bytes, a
 * palette length, the palette and the data; signature and checksums are put around them here, so
 * that they do not keep the fuzzer out.
 */
class PngFuzz {
  private static final ImageDecoder SMALL = new ImageDecoder(1 << 16, 1 << 20, true);

  static Stream<byte[]> seeds() throws Exception {
    ByteArrayOutputStream rows = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(rows)) {
      deflater.write(new byte[200]);
    }
    byte[] size = TestImages.concat(TestImages.int32(6), TestImages.int32(5));
    return Stream.of(
            new byte[] {8, 2, 0, 0, 0, 0},
            new byte[] {8, 2, 0, 0, 1, 0},
            new byte[] {16, 0, 0, 0, 0, 0},
            new byte[] {16, 6, 0, 0, 0, 0},
            new byte[] {2, 3, 0, 0, 0, 1, 1, 2, 3},
            new byte[] {1, 0, 0, 0, 0, 0})
        .map(rest -> TestImages.concat(size, rest, rows.toByteArray()));
  }

  @MethodSource("seeds")
  @FuzzTest(maxDuration = "60s")
  void decode(byte[] bytes) {
    byte[] input = bytes == null || bytes.length < 14 ? new byte[14] : bytes;
    int paletteEnd = Math.min(input.length, 14 + 3 * (input[13] & 0xFF));
    byte[] palette = Arrays.copyOfRange(input, 14, paletteEnd);
    byte[] png =
        TestImages.concat(
            new byte[] {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'},
            TestImages.chunk("IHDR", Arrays.copyOf(input, 13)),
            palette.length == 0 ? new byte[0] : TestImages.chunk("PLTE", palette),
            TestImages.chunk("IDAT", Arrays.copyOfRange(input, paletteEnd, input.length)),
            TestImages.chunk("IEND", new byte[0]));
    try {
      SMALL.decode(png, "the-file");
    } catch (DataException expected) {
      Reason.check(expected, "the-file");
    }
  }
}
