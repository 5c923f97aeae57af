package org.intraq.models.data;

import java.nio.file.Path;
import java.util.Locale;

/**
 * Decodes JPEG and PNG files to 8-bit grey or RGB, treating them as hostile.
 *
 * <p>The format is told by content, not by name. Like PIL's {@code convert("RGB")}: colour profiles
 * and gamma are ignored, alpha is dropped, palettes are looked up, CMYK becomes {@code
 * (255-C)(255-K)/255} where all files are taken to store it inverted, as Adobe's do. Unlike PIL's,
 * 16-bit samples keep their high byte (PIL clips those of grey images), and the EXIF orientation is
 * applied unless switched off. A truncated file is refused, as PIL does.
 *
 * @param maxPixels refuse files that declare more pixels (a decompression bomb)
 * @param maxFileBytes refuse longer files unread
 * @param applyOrientation turn and mirror the image as its EXIF orientation says
 */
public record ImageDecoder(long maxPixels, long maxFileBytes, boolean applyOrientation) {
  /** 67 megapixels, 128 MiB, upright. */
  public static final ImageDecoder DEFAULT = new ImageDecoder(1L << 26, 1L << 27, true);

  /** The longest side of a JPEG; tables of a resize grow with it. */
  private static final int MOST_SIDE = 65_535;

  static {
    // Decoding needs java.awt.image but never a display.
    if (System.getProperty("java.awt.headless") == null) {
      System.setProperty("java.awt.headless", "true");
    }
  }

  /**
   * Checks the limits.
   *
   * @throws IllegalArgumentException if a limit is below 1 or {@code maxPixels} above 2^28, from
   *     where pixel arrays would no longer be addressable
   */
  public ImageDecoder {
    if (maxPixels < 1 || maxPixels > 1L << 28 || maxFileBytes < 1) {
      throw new IllegalArgumentException(
          "image decoder: expected 1..2^28 pixels and at least 1 byte, got %d and %d"
              .formatted(maxPixels, maxFileBytes));
    }
  }

  /**
   * Decodes a file.
   *
   * @throws DataException if it is missing, no JPEG or PNG, damaged, truncated, of an unsupported
   *     kind or over a limit
   */
  public DecodedImage decode(Path file) {
    return decode(ByteSource.readAll(file, maxFileBytes), file.toString());
  }

  /**
   * Decodes a file's bytes.
   *
   * @param name how messages name it
   * @throws DataException as {@link #decode(Path)}
   */
  public DecodedImage decode(byte[] bytes, String name) {
    try {
      if (startsWith(bytes, 0xFF, 0xD8)) {
        JpegFile jpeg = JpegFile.parse(bytes);
        checkSize(jpeg.width(), jpeg.height(), JpegFile.MAX_PIXELS_PER_BYTE, bytes.length);
        jpeg.checkScans(maxPixels);
        return upright(JpegDecoder.decode(jpeg), jpeg.exif());
      }
      if (startsWith(bytes, 0x89, 'P', 'N', 'G')) {
        PngFile png = PngFile.parse(bytes);
        checkSize(png.width(), png.height(), png.maxPixelsPerByte(), bytes.length);
        return upright(PngDecoder.decode(png), png.exif());
      }
    } catch (Refusal e) {
      throw new DataException(name + ": " + e.getMessage(), e);
    }
    throw new DataException(
        name + ": " + describeUnknown(bytes) + ", only JPEG and PNG are read: convert it");
  }

  private DecodedImage upright(DecodedImage image, byte[] exif) {
    return applyOrientation && exif != null
        ? Orientation.apply(image, Orientation.read(exif))
        : image;
  }

  private void checkSize(int width, int height, long maxPixelsPerByte, int fileBytes)
      throws Refusal {
    if (width < 1 || height < 1) {
      throw new Refusal("declares %d x %d pixels".formatted(width, height));
    }
    if (Math.max(width, height) > MOST_SIDE) {
      throw new Refusal(
          "declares %d x %d pixels, with a side of more than %d"
              .formatted(width, height, MOST_SIDE));
    }
    long pixels = (long) width * height;
    if (pixels > maxPixels) {
      throw new Refusal(
          "declares %d x %d pixels, more than the %d allowed".formatted(width, height, maxPixels));
    }
    if (pixels > fileBytes * maxPixelsPerByte) {
      throw new Refusal(
          "declares %d x %d pixels, which its %d bytes cannot hold: truncated or damaged"
              .formatted(width, height, fileBytes));
    }
  }

  private static boolean startsWith(byte[] bytes, int... magic) {
    if (bytes.length < magic.length) {
      return false;
    }
    for (int i = 0; i < magic.length; i++) {
      if ((bytes[i] & 0xFF) != magic[i]) {
        return false;
      }
    }
    return true;
  }

  private static String describeUnknown(byte[] bytes) {
    if (bytes.length == 0) {
      return "is empty";
    }
    if (startsWith(bytes, 'G', 'I', 'F', '8')) {
      return "is a GIF";
    }
    if (startsWith(bytes, 'B', 'M')) {
      return "is a BMP";
    }
    if (startsWith(bytes, 'R', 'I', 'F', 'F')) {
      return "is a RIFF file (WebP?)";
    }
    if (startsWith(bytes, 'I', 'I', 42, 0) || startsWith(bytes, 'M', 'M', 0, 42)) {
      return "is a TIFF";
    }
    StringBuilder hex = new StringBuilder("starts with the bytes");
    for (int i = 0; i < Math.min(4, bytes.length); i++) {
      hex.append(String.format(Locale.ROOT, " %02x", bytes[i]));
    }
    return hex.toString();
  }

  /** Why a file is refused; the decoder adds the file's name. */
  static final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    Refusal(String reason) {
      super(reason);
    }

    Refusal(String reason, Throwable cause) {
      super(reason, cause);
    }

    /** Wraps whatever a platform decoder threw at a damaged file. */
    static Refusal damaged(String format, Throwable cause) {
      String why = cause.getMessage();
      String detail = why == null || why.isBlank() ? cause.getClass().getSimpleName() : why;
      return new Refusal("damaged " + format + " (" + detail + ")", cause);
    }
  }
}
