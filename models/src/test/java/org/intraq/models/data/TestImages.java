package org.intraq.models.data;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.awt.image.RenderedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32;
import java.util.zip.GZIPOutputStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/** Image and data set files built by the tests themselves. */
final class TestImages {
  private TestImages() {}

  /** Pseudo-random samples by a formula that any language can repeat. */
  static DecodedImage hashed(int height, int width, int channels, int seed) {
    byte[] pixels = new byte[height * width * channels];
    for (int i = 0; i < pixels.length; i++) {
      int x = i + seed * 0x9E3779B9;
      x ^= x >>> 16;
      x *= 0x7FEB352D;
      x ^= x >>> 15;
      x *= 0x846CA68B;
      x ^= x >>> 16;
      pixels[i] = (byte) (x >>> 24);
    }
    return new DecodedImage(height, width, channels, pixels);
  }

  /** A smooth colourful image, which JPEG keeps nearly unchanged at high quality. */
  static DecodedImage smooth(int height, int width) {
    byte[] pixels = new byte[height * width * 3];
    for (int y = 0, o = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        pixels[o++] = (byte) (30 + 200 * x / width);
        pixels[o++] = (byte) (30 + 200 * y / height);
        pixels[o++] = (byte) (220 - 180 * (x + y) / (width + height));
      }
    }
    return new DecodedImage(height, width, 3, pixels);
  }

  static BufferedImage buffered(DecodedImage image, int type) {
    BufferedImage out = new BufferedImage(image.width(), image.height(), type);
    for (int y = 0; y < image.height(); y++) {
      for (int x = 0; x < image.width(); x++) {
        int r = image.sample(y, x, 0);
        int g = image.sample(y, x, image.channels() == 3 ? 1 : 0);
        int b = image.sample(y, x, image.channels() == 3 ? 2 : 0);
        out.setRGB(x, y, 0xFF000000 | r << 16 | g << 8 | b);
      }
    }
    return out;
  }

  static byte[] png(RenderedImage image) {
    try {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      ImageIO.write(image, "png", out);
      return out.toByteArray();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] jpeg(DecodedImage image, boolean progressive) {
    return jpeg(
        new IIOImage(buffered(image, BufferedImage.TYPE_3BYTE_BGR), null, null), progressive);
  }

  /** Four raw components, without any colour marker. */
  static byte[] fourComponentJpeg(Raster raster) {
    return jpeg(new IIOImage(raster, null, null), false);
  }

  private static byte[] jpeg(IIOImage image, boolean progressive) {
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      ImageWriteParam param = writer.getDefaultWriteParam();
      param.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      param.setCompressionQuality(1f);
      param.setProgressiveMode(
          progressive ? ImageWriteParam.MODE_DEFAULT : ImageWriteParam.MODE_DISABLED);
      writer.setOutput(out);
      writer.write(null, image, param);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  /** Puts an application segment right behind the start-of-image marker. */
  static byte[] withSegment(byte[] jpeg, int marker, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.write(jpeg, 0, 2);
    out.write(0xFF);
    out.write(marker);
    out.write((body.length + 2) >> 8);
    out.write(body.length + 2);
    out.writeBytes(body);
    out.write(jpeg, 2, jpeg.length - 2);
    return out.toByteArray();
  }

  static byte[] adobeSegment(int transform) {
    byte[] body = new byte[12];
    System.arraycopy("Adobe".getBytes(StandardCharsets.ISO_8859_1), 0, body, 0, 5);
    body[6] = 100;
    body[11] = (byte) transform;
    return body;
  }

  /** A little-endian TIFF structure with the orientation alone, behind the word "Exif". */
  static byte[] exifSegment(int orientation) {
    byte[] body = new byte[6 + 8 + 2 + 12 + 4];
    System.arraycopy("Exif\0\0II*\0".getBytes(StandardCharsets.ISO_8859_1), 0, body, 0, 10);
    body[10] = 8; // First directory, from the start of the TIFF structure.
    body[14] = 1; // One entry:
    body[16] = 0x12;
    body[17] = 0x01; // tag 0x0112,
    body[18] = 3; // a short,
    body[20] = 1; // one of them.
    body[24] = (byte) orientation;
    return body;
  }

  /** Puts a chunk with a right checksum behind IHDR. */
  static byte[] withChunk(byte[] png, String type, byte[] body) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int afterHeader = 8 + 12 + 13;
    out.write(png, 0, afterHeader);
    out.writeBytes(chunk(type, body));
    out.write(png, afterHeader, png.length - afterHeader);
    return out.toByteArray();
  }

  static byte[] chunk(String type, byte[] body) {
    byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(body);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(int32(body.length));
    out.writeBytes(name);
    out.writeBytes(body);
    out.writeBytes(int32((int) crc.getValue()));
    return out.toByteArray();
  }

  static byte[] int32(int value) {
    return new byte[] {
      (byte) (value >> 24), (byte) (value >> 16), (byte) (value >> 8), (byte) value
    };
  }

  static byte[] concat(byte[]... parts) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    for (byte[] part : parts) {
      out.writeBytes(part);
    }
    return out.toByteArray();
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  /** An idx file of unsigned bytes whose header declares {@code extents}. */
  static byte[] idx(byte[] data, int... extents) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[] {0, 0, 8, (byte) extents.length});
    for (int extent : extents) {
      out.writeBytes(int32(extent));
    }
    out.writeBytes(data);
    return out.toByteArray();
  }

  static Path write(Path folder, String name, byte[] bytes) {
    try {
      Path file = folder.resolve(name);
      Files.createDirectories(file.getParent());
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Path write(Path folder, String name, String text) {
    return write(folder, name, text.getBytes(StandardCharsets.UTF_8));
  }
}
