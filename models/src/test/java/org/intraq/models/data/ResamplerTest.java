package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Locale;
import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResamplerTest {
  static String crc(DecodedImage image) {
    CRC32 crc = new CRC32();
    crc.update(image.pixels());
    return String.format(Locale.ROOT, "%08x", crc.getValue());
  }

  @Test
  void shrinkingByTwoWeighsThreeThreeOne() {
    // Centre 1, support 2: weights 0.75 0.75 0.25 0 (after clipping) = 3/7 3/7 1/7.
    byte[] row = {0, 70, (byte) 210, 7};
    DecodedImage half = Resampler.resize(new DecodedImage(1, 4, 1, row), 1, 2);
    assertArrayEquals(
        new byte[] {(byte) ((70 * 3 + 210) / 7), (byte) Math.round((70 + 210 * 3 + 7 * 3) / 7.0)},
        half.pixels());
  }

  @Test
  void doublingInterpolatesAtQuarters() {
    DecodedImage twice = Resampler.resize(new DecodedImage(2, 1, 1, new byte[] {0, 100}), 4, 1);
    assertArrayEquals(new byte[] {0, 25, 75, 100}, twice.pixels());
  }

  /**
   * Height, width, channels, seed of the input; height, width of the result; CRC-32 by Pillow 12.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "37 53 3 1 224 224 c338e602",
        "37 53 3 1 32 32 dc073e6e",
        "37 53 3 1 20 53 56ad450a",
        "37 53 3 1 37 11 6f6b91e8",
        "37 53 3 1 1 1 d0ccda38",
        "64 48 1 2 224 224 e044b0f3",
        "64 48 1 2 32 32 455ee623",
        "64 48 1 2 20 53 032433c2",
        "64 48 1 2 37 11 b2ccdeb7",
        "64 48 1 2 1 1 d1b40d81",
        "5 7 3 3 224 224 91929ddd",
        "5 7 3 3 32 32 c2cdbb84",
        "5 7 3 3 20 53 5821c0b7",
        "5 7 3 3 37 11 a9fe3dc4",
        "5 7 3 3 1 1 dcbf58e2",
        "300 400 3 4 224 224 c6056ce7",
        "300 400 3 4 32 32 e4045445",
        "300 400 3 4 20 53 8ae86c4f",
        "300 400 3 4 37 11 dc128367",
        "300 400 3 4 1 1 5b6b248b"
      })
  void equalsPillowByteForByte(String line) {
    String[] w = line.split(" ");
    int[] n = new int[6];
    for (int i = 0; i < 6; i++) {
      n[i] = Integer.parseInt(w[i]);
    }
    DecodedImage image = TestImages.hashed(n[0], n[1], n[2], n[3]);
    assertEquals(w[6], crc(Resampler.resize(image, n[4], n[5])));
  }

  /**
   * Against the definition in double. Each pass rounds once (0.5, carried through weights that sum
   * to 1), and 22-bit weights err by 2^-23 * 255 * taps, far below 0.01.
   */
  @Property(tries = 60)
  void staysWithinTwoRoundingsOfTheDefinition(
      @ForAll @IntRange(min = 1, max = 40) int inHeight,
      @ForAll @IntRange(min = 1, max = 40) int inWidth,
      @ForAll @IntRange(min = 1, max = 40) int outHeight,
      @ForAll @IntRange(min = 1, max = 40) int outWidth,
      @ForAll int seed) {
    DecodedImage in = TestImages.hashed(inHeight, inWidth, 1, seed);
    DecodedImage out = Resampler.resize(in, outHeight, outWidth);
    for (int y = 0; y < outHeight; y++) {
      double[] wy = weights(inHeight, outHeight, y);
      for (int x = 0; x < outWidth; x++) {
        double[] wx = weights(inWidth, outWidth, x);
        double sum = 0;
        for (int j = 0; j < inHeight; j++) {
          for (int i = 0; i < inWidth; i++) {
            sum += wy[j] * wx[i] * in.sample(j, i, 0);
          }
        }
        assertEquals(sum, out.sample(y, x, 0), 1.01);
      }
    }
  }

  private static double[] weights(int in, int out, int at) {
    double scale = Math.max(1.0, (double) in / out);
    double centre = (at + 0.5) * in / out;
    double[] w = new double[in];
    double total = 0;
    for (int j = 0; j < in; j++) {
      w[j] = Math.max(0, 1 - Math.abs(j + 0.5 - centre) / scale);
      total += w[j];
    }
    for (int j = 0; j < in; j++) {
      w[j] /= total;
    }
    return w;
  }

  @Property(tries = 50)
  void windowsAreCutFromTheWhole(
      @ForAll @IntRange(max = 20) int top,
      @ForAll @IntRange(max = 30) int left,
      @ForAll @IntRange(min = 1, max = 9) int size) {
    DecodedImage in = TestImages.hashed(23, 17, 3, 5);
    DecodedImage whole = Resampler.resize(in, 29, 39);
    DecodedImage window = Resampler.resizeAndCrop(in, 29, 39, top, left, size, size);
    for (int y = 0; y < size; y++) {
      for (int x = 0; x < size; x++) {
        for (int c = 0; c < 3; c++) {
          assertEquals(whole.sample(top + y, left + x, c), window.sample(y, x, c));
        }
      }
    }
  }

  @Test
  void constantsStayConstant() {
    byte[] white = new byte[31 * 47];
    Arrays.fill(white, (byte) 255);
    for (byte b : Resampler.resize(new DecodedImage(31, 47, 1, white), 13, 90).pixels()) {
      assertEquals((byte) 255, b);
    }
  }

  @Test
  void windowsOutsideAreRefused() {
    DecodedImage in = TestImages.hashed(5, 5, 1, 1);
    assertThrows(
        IllegalArgumentException.class, () -> Resampler.resizeAndCrop(in, 8, 8, 1, 0, 8, 8));
  }
}
