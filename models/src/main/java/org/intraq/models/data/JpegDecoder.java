package org.intraq.models.data;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.intraq.models.data.ImageDecoder.Refusal;

/**
 * Decodes JPEG to grey or RGB: components by {@code javax.imageio}, colour here.
 *
 * <p>ImageIO refuses CMYK, guesses at YCbCr and applies embedded profiles. Its raw components plus
 * libjpeg's own fixed-point conversion give what PIL gives.
 */
final class JpegDecoder {
  private static final int FIXED_BITS = 16;
  private static final int HALF = 1 << (FIXED_BITS - 1);

  /** Y + RED_OF_CR[cr] and so on; JFIF 1.02: R = Y + 1.402 Cr, B = Y + 1.772 Cb. */
  private static final int[] RED_OF_CR = new int[256];

  private static final int[] BLUE_OF_CB = new int[256];
  private static final int[] GREEN_OF_CR = new int[256];
  private static final int[] GREEN_OF_CB = new int[256];

  static {
    for (int i = 0; i < 256; i++) {
      int x = i - 128;
      RED_OF_CR[i] = (fixed(1.40200) * x + HALF) >> FIXED_BITS;
      BLUE_OF_CB[i] = (fixed(1.77200) * x + HALF) >> FIXED_BITS;
      GREEN_OF_CR[i] = -fixed(0.71414) * x;
      GREEN_OF_CB[i] = -fixed(0.34414) * x + HALF;
    }
  }

  private JpegDecoder() {}

  private static int fixed(double value) {
    return (int) (value * (1 << FIXED_BITS) + 0.5);
  }

  static DecodedImage decode(JpegFile file) throws Refusal {
    byte[] components = readComponents(file);
    int height = file.height();
    int width = file.width();
    return switch (file.components()) {
      case 1 -> new DecodedImage(height, width, 1, components);
      case 3 -> {
        if (file.isYcc()) {
          yccToRgb(components, 3);
        }
        yield new DecodedImage(height, width, 3, components);
      }
      default -> {
        if (file.isYcck()) {
          yccToRgb(components, 4);
          invertFirstThree(components);
        }
        yield new DecodedImage(height, width, 3, cmykToRgb(components));
      }
    };
  }

  /** Returns the stored components, upsampled and interleaved. */
  private static byte[] readComponents(JpegFile file) throws Refusal {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    List<String> warnings = new ArrayList<>();
    try (ImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file.strippedBytes()))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      Raster raster = reader.readRaster(0, null);
      for (String warning : warnings) {
        // Other warnings mean damage inside a scan, which PIL tolerates too.
        if (warning.contains("Missing EOI") || warning.contains("Premature end of JPEG")) {
          throw new Refusal("truncated JPEG");
        }
      }
      return samples(raster, file);
    } catch (IOException | RuntimeException e) {
      throw Refusal.damaged("JPEG", e);
    } finally {
      reader.dispose();
    }
  }

  private static byte[] samples(Raster raster, JpegFile file) throws Refusal {
    int bands = file.components();
    if (raster.getWidth() != file.width()
        || raster.getHeight() != file.height()
        || raster.getNumBands() != bands) {
      throw new Refusal("damaged JPEG (header and scans disagree)");
    }
    int width = raster.getWidth();
    int height = raster.getHeight();
    return (byte[])
        raster.getDataElements(
            raster.getMinX(),
            raster.getMinY(),
            width,
            height,
            new byte[Math.multiplyExact(bands, width * height)]);
  }

  /** Converts the first three of every {@code stride} samples in place. */
  private static void yccToRgb(byte[] samples, int stride) {
    for (int i = 0; i < samples.length; i += stride) {
      int y = samples[i] & 0xFF;
      int cb = samples[i + 1] & 0xFF;
      int cr = samples[i + 2] & 0xFF;
      samples[i] = clamp(y + RED_OF_CR[cr]);
      samples[i + 1] = clamp(y + ((GREEN_OF_CB[cb] + GREEN_OF_CR[cr]) >> FIXED_BITS));
      samples[i + 2] = clamp(y + BLUE_OF_CB[cb]);
    }
  }

  private static void invertFirstThree(byte[] samples) {
    for (int i = 0; i < samples.length; i += 4) {
      samples[i] = (byte) ~samples[i];
      samples[i + 1] = (byte) ~samples[i + 1];
      samples[i + 2] = (byte) ~samples[i + 2];
    }
  }

  /**
   * R = (255-C)(255-K)/255, rounded. Files store 255-C and so on if Adobe's software wrote them;
   * PIL takes this for granted, and the networks have seen its images.
   */
  private static byte[] cmykToRgb(byte[] cmyk) {
    byte[] rgb = new byte[cmyk.length / 4 * 3];
    for (int i = 0, o = 0; i < cmyk.length; i += 4) {
      int white = cmyk[i + 3] & 0xFF;
      for (int c = 0; c < 3; c++) {
        int ink = 255 - (cmyk[i + c] & 0xFF);
        int product = ink * white + 128;
        rgb[o++] = clamp(white - ((product + (product >> 8)) >> 8));
      }
    }
    return rgb;
  }

  private static byte clamp(int value) {
    return (byte) Math.clamp(value, 0, 255);
  }
}
