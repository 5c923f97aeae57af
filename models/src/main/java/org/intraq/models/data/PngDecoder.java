package org.intraq.models.data;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
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
 * Decodes PNG to grey or RGB through {@code javax.imageio}, reading samples instead of colours, so
 * that no colour space conversion happens.
 */
final class PngDecoder {
  private PngDecoder() {}

  static DecodedImage decode(PngFile file) throws Refusal {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    List<String> warnings = new ArrayList<>();
    try (ImageInputStream in =
        new MemoryCacheImageInputStream(new ByteArrayInputStream(file.strippedBytes()))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      BufferedImage image = reader.read(0);
      if (!warnings.isEmpty()) {
        throw new Refusal("damaged PNG (" + warnings.get(0) + ")");
      }
      if (image.getWidth() != file.width() || image.getHeight() != file.height()) {
        throw new Refusal("damaged PNG (header and data disagree)");
      }
      return image.getColorModel() instanceof IndexColorModel palette
          ? lookUp(image.getRaster(), palette)
          : dropAlpha(image.getRaster());
    } catch (IOException | RuntimeException e) {
      throw Refusal.damaged("PNG", e);
    } finally {
      reader.dispose();
    }
  }

  /** Palette indices to colours; ImageIO also shows grey of under 8 bits as a palette. */
  private static DecodedImage lookUp(Raster raster, IndexColorModel palette) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    byte[] rgb = new byte[Math.multiplyExact(3, width * height)];
    int[] row = new int[width];
    boolean grey = true;
    for (int y = 0, o = 0; y < height; y++) {
      raster.getSamples(0, y, width, 1, 0, row);
      for (int index : row) {
        int colour = palette.getRGB(index);
        rgb[o++] = (byte) (colour >> 16);
        rgb[o++] = (byte) (colour >> 8);
        rgb[o++] = (byte) colour;
      }
    }
    int[] colours = new int[palette.getMapSize()];
    palette.getRGBs(colours);
    for (int colour : colours) {
      grey &= (colour >> 16 & 0xFF) == (colour & 0xFF) && (colour >> 8 & 0xFF) == (colour & 0xFF);
    }
    DecodedImage image = new DecodedImage(height, width, 3, rgb);
    return grey ? image.withChannels(1) : image;
  }

  /** One or two bands are grey, three or four RGB; 16-bit samples keep their high byte. */
  private static DecodedImage dropAlpha(Raster raster) {
    int width = raster.getWidth();
    int height = raster.getHeight();
    int bands = raster.getNumBands();
    int channels = bands <= 2 ? 1 : 3;
    int shift = raster.getSampleModel().getSampleSize(0) - 8;
    byte[] out = new byte[Math.multiplyExact(channels, width * height)];
    int[] row = new int[Math.multiplyExact(width, bands)];
    for (int y = 0, o = 0; y < height; y++) {
      raster.getPixels(0, y, width, 1, row);
      for (int x = 0; x < width; x++) {
        for (int c = 0; c < channels; c++) {
          out[o++] = (byte) (row[x * bands + c] >> shift);
        }
      }
    }
    return new DecodedImage(height, width, channels, out);
  }
}
