package org.intraq.models.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Point;
import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.ComponentColorModel;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.awt.image.WritableRaster;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageDecoderTest {
  private static DecodedImage decode(byte[] bytes) {
    return ImageDecoder.DEFAULT.decode(bytes, "test image");
  }

  /** JPEG at quality 1 of a smooth image: quantization steps of 1, colour rounding, subsampling. */
  private static void assertClose(DecodedImage expected, DecodedImage got, double meanLimit) {
    assertEquals(expected.height(), got.height());
    assertEquals(expected.width(), got.width());
    assertEquals(expected.channels(), got.channels());
    double sum = 0;
    for (int i = 0; i < expected.pixels().length; i++) {
      sum += Math.abs((expected.pixels()[i] & 0xFF) - (got.pixels()[i] & 0xFF));
    }
    double mean = sum / expected.pixels().length;
    assertTrue(mean < meanLimit, "mean difference " + mean);
  }

  @Test
  void pngKindsAreExact() {
    DecodedImage rgb = TestImages.hashed(7, 11, 3, 1);
    DecodedImage grey = TestImages.hashed(7, 11, 1, 2);
    byte[] colour = TestImages.png(TestImages.buffered(rgb, BufferedImage.TYPE_3BYTE_BGR));
    assertArrayEquals(rgb.pixels(), decode(colour).pixels());
    BufferedImage withAlpha = TestImages.buffered(rgb, BufferedImage.TYPE_4BYTE_ABGR);
    for (int x = 0; x < 11; x++) {
      withAlpha.setRGB(x, 3, (withAlpha.getRGB(x, 3) & 0xFFFFFF) | (20 * x) << 24);
    }
    assertArrayEquals(rgb.pixels(), decode(TestImages.png(withAlpha)).pixels());
    BufferedImage greyImage = new BufferedImage(11, 7, BufferedImage.TYPE_BYTE_GRAY);
    greyImage.getRaster().setDataElements(0, 0, 11, 7, grey.pixels());
    DecodedImage decoded = decode(TestImages.png(greyImage));
    assertEquals(1, decoded.channels());
    assertArrayEquals(grey.pixels(), decoded.pixels());
  }

  @Test
  void pngOf16BitsKeepsTheHighByte() {
    DecodedImage grey = TestImages.hashed(7, 11, 1, 2);
    BufferedImage wide = new BufferedImage(11, 7, BufferedImage.TYPE_USHORT_GRAY);
    for (int y = 0; y < 7; y++) {
      for (int x = 0; x < 11; x++) {
        wide.getRaster().setSample(x, y, 0, grey.sample(y, x, 0) << 8 | (37 * x & 0xFF));
      }
    }
    assertArrayEquals(grey.pixels(), decode(TestImages.png(wide)).pixels());
    DecodedImage rgb = TestImages.hashed(7, 11, 3, 2);
    ComponentColorModel model =
        new ComponentColorModel(
            ColorSpace.getInstance(ColorSpace.CS_sRGB), false, false, 1, DataBuffer.TYPE_USHORT);
    WritableRaster raster = model.createCompatibleWritableRaster(11, 7);
    for (int i = 0; i < rgb.pixels().length; i++) {
      int pixel = i / 3;
      raster.setSample(pixel % 11, pixel / 11, i % 3, (rgb.pixels()[i] & 0xFF) << 8 | 0x80);
    }
    byte[] png = TestImages.png(new BufferedImage(model, raster, false, null));
    assertEquals(16, png[24], "the file must hold 16-bit samples");
    assertArrayEquals(rgb.pixels(), decode(png).pixels());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 4, 8})
  void pngPalettesAreLookedUp(int bits) {
    int colours = 1 << bits;
    byte[][] table = new byte[3][colours];
    for (int i = 0; i < colours; i++) {
      table[0][i] = (byte) (i * 91 + 5);
      table[1][i] = (byte) (i * 57 + 9);
      table[2][i] = (byte) (i * 33 + 100);
    }
    IndexColorModel palette = new IndexColorModel(bits, colours, table[0], table[1], table[2]);
    BufferedImage image =
        new BufferedImage(
            13,
            5,
            bits == 8 ? BufferedImage.TYPE_BYTE_INDEXED : BufferedImage.TYPE_BYTE_BINARY,
            palette);
    for (int i = 0; i < 65; i++) {
      image.getRaster().setSample(i % 13, i / 13, 0, i * 7 % colours);
    }
    DecodedImage got = decode(TestImages.png(image));
    assertEquals(3, got.channels());
    for (int i = 0; i < 65; i++) {
      for (int c = 0; c < 3; c++) {
        assertEquals(table[c][i * 7 % colours] & 0xFF, got.sample(i / 13, i % 13, c));
      }
    }
  }

  @Test
  void pngTextBombsAndProfilesAreNotOpened() {
    DecodedImage rgb = TestImages.hashed(7, 11, 3, 1);
    byte[] png = TestImages.png(TestImages.buffered(rgb, BufferedImage.TYPE_3BYTE_BGR));
    byte[] junk = {'k', 0, 0, 1, 2, 3};
    byte[] dressed =
        TestImages.withChunk(
            TestImages.withChunk(TestImages.withChunk(png, "zTXt", junk), "iCCP", junk),
            "tRNS",
            new byte[] {0, 1, 0, 2, 0, 3});
    assertArrayEquals(rgb.pixels(), decode(dressed).pixels());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void jpegColours(boolean progressive) {
    DecodedImage image = TestImages.smooth(40, 56);
    assertClose(image, decode(TestImages.jpeg(image, progressive)), 1.5);
  }

  @Test
  void jpegGrey() {
    BufferedImage grey = new BufferedImage(56, 40, BufferedImage.TYPE_BYTE_GRAY);
    DecodedImage image = TestImages.smooth(40, 56).withChannels(1);
    grey.getRaster().setDataElements(0, 0, 56, 40, image.pixels());
    assertClose(image, decode(TestImages.fourComponentJpeg(grey.getRaster())), 1);
  }

  @Test
  void jpegColourRuleIsLibjpegs() {
    // Written as raw components 1, 2, 3 without any marker; the markers then say what they mean.
    DecodedImage samples = TestImages.smooth(16, 16);
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 3, new Point());
    raster.setDataElements(0, 0, 16, 16, samples.pixels());
    byte[] raw = TestImages.fourComponentJpeg(raster);
    byte[] asRgb = TestImages.withSegment(raw, 0xEE, TestImages.adobeSegment(0));
    assertClose(samples, decode(asRgb), 1);
    DecodedImage asYcc = decode(TestImages.withSegment(raw, 0xEE, TestImages.adobeSegment(1)));
    for (int i : new int[] {0, 77, 255}) {
      double y = samples.sample(i / 16, i % 16, 0);
      double cb = samples.sample(i / 16, i % 16, 1) - 128;
      double cr = samples.sample(i / 16, i % 16, 2) - 128;
      // Each component may be off by about 2 and is scaled by at most 1.772 (JFIF 1.02).
      assertEquals(Math.clamp(y + 1.402 * cr, 0, 255), asYcc.sample(i / 16, i % 16, 0), 6);
      assertEquals(
          Math.clamp(y - 0.34414 * cb - 0.71414 * cr, 0, 255), asYcc.sample(i / 16, i % 16, 1), 6);
      assertEquals(Math.clamp(y + 1.772 * cb, 0, 255), asYcc.sample(i / 16, i % 16, 2), 6);
    }
  }

  /** Four components: without marker, as Adobe's CMYK (inverted) and as Adobe's YCCK. */
  @Test
  void jpegOfFourInks() {
    int[] inks = {40, 120, 200, 60};
    WritableRaster raster =
        Raster.createInterleavedRaster(DataBuffer.TYPE_BYTE, 16, 16, 4, new Point());
    for (int i = 0; i < 256; i++) {
      raster.setPixel(i % 16, i / 16, inks);
    }
    byte[] raw = TestImages.fourComponentJpeg(raster);
    DecodedImage plain = decode(raw);
    DecodedImage adobe = decode(TestImages.withSegment(raw, 0xEE, TestImages.adobeSegment(0)));
    DecodedImage ycck = decode(TestImages.withSegment(raw, 0xEE, TestImages.adobeSegment(2)));
    double[] rgbOfYcc = {40 + 1.402 * 72, 40 + 0.34414 * 8 - 0.71414 * 72, 40 - 1.772 * 8};
    for (int c = 0; c < 3; c++) {
      assertEquals(inks[c] * 60 / 255.0, plain.sample(8, 8, c), 2);
      assertEquals(inks[c] * 60 / 255.0, adobe.sample(8, 8, c), 2);
      double ink = Math.clamp(255 - rgbOfYcc[c], 0, 255);
      assertEquals(ink * 60 / 255.0, ycck.sample(8, 8, c), 2);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
  void exifOrientationIsApplied(int orientation) {
    DecodedImage rgb = TestImages.hashed(3, 5, 3, 1);
    byte[] png = TestImages.png(TestImages.buffered(rgb, BufferedImage.TYPE_3BYTE_BGR));
    byte[] exif = TestImages.exifSegment(orientation);
    byte[] tiff = Arrays.copyOfRange(exif, 6, exif.length);
    byte[] tagged = TestImages.withChunk(png, "eXIf", tiff);
    DecodedImage upright = decode(tagged);
    for (int y = 0; y < 3; y++) {
      for (int x = 0; x < 5; x++) {
        // Where the sample stored at (y, x) is seen: EXIF names the sides of row 0 and column 0.
        int[] seen =
            switch (orientation) {
              case 1 -> new int[] {y, x}; // top, left
              case 2 -> new int[] {y, 4 - x}; // top, right
              case 3 -> new int[] {2 - y, 4 - x}; // bottom, right
              case 4 -> new int[] {2 - y, x}; // bottom, left
              case 5 -> new int[] {x, y}; // left, top
              case 6 -> new int[] {x, 2 - y}; // right, top
              case 7 -> new int[] {4 - x, 2 - y}; // right, bottom
              default -> new int[] {4 - x, y}; // left, bottom
            };
        assertEquals(rgb.sample(y, x, 1), upright.sample(seen[0], seen[1], 1));
      }
    }
    byte[] jpeg =
        TestImages.withSegment(TestImages.jpeg(TestImages.smooth(8, 24), false), 0xE1, exif);
    assertEquals(orientation < 5 ? 24 : 8, decode(jpeg).width());
    ImageDecoder asStored = new ImageDecoder(1000, 1 << 20, false);
    assertEquals(24, asStored.decode(jpeg, "x").width());
  }

  @Test
  void damagedMetadataDoesNotMatter() {
    byte[] jpeg = TestImages.jpeg(TestImages.smooth(8, 24), false);
    byte[] exif = TestImages.exifSegment(6);
    for (int at = 6; at < exif.length; at++) {
      byte[] bad = exif.clone();
      bad[at] ^= (byte) 0xFF;
      byte[] tagged = TestImages.withSegment(jpeg, 0xE1, bad);
      tagged =
          TestImages.withSegment(
              tagged, 0xE2, "ICC_PROFILE\0\1\1junk".getBytes(StandardCharsets.ISO_8859_1));
      assertEquals(8 * 24 * 3, decode(tagged).pixels().length);
    }
  }
}
