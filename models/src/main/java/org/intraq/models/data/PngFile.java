package org.intraq.models.data;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.intraq.models.data.ImageDecoder.Refusal;

/**
 * The chunks of a PNG file, checked, and a copy with only those that hold pixels.
 *
 * <p>The copy is what the platform's decoder gets: IHDR, PLTE, IDAT and IEND. Compressed text and
 * profiles, which can be bombs of their own, and transparency, which is dropped anyway, stay out.
 *
 * <p>Source: W3C, Portable Network Graphics (third edition), section 5.
 */
final class PngFile {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  private static final int MAX_EXIF_BYTES = 1 << 16;

  private final byte[] bytes;
  private final ByteArrayOutputStream stripped;
  private int width;
  private int height;
  private int bitsPerPixel;
  private boolean palette;
  private boolean pixelData;
  private byte[] exif;

  private PngFile(byte[] bytes) {
    this.bytes = bytes;
    this.stripped = new ByteArrayOutputStream(bytes.length);
  }

  static PngFile parse(byte[] bytes) throws Refusal {
    PngFile file = new PngFile(bytes);
    if (!Arrays.equals(bytes, 0, Math.min(8, bytes.length), SIGNATURE, 0, 8)) {
      throw new Refusal("damaged PNG (wrong signature)");
    }
    file.stripped.write(bytes, 0, 8);
    int position = 8;
    while (position >= 0) {
      position = file.readChunk(position);
    }
    if (!file.pixelData) {
      throw new Refusal("PNG without pixel data");
    }
    return file;
  }

  int width() {
    return width;
  }

  int height() {
    return height;
  }

  byte[] exif() {
    return exif;
  }

  byte[] strippedBytes() {
    return stripped.toByteArray();
  }

  /** Returns how many pixels a compressed byte can hold at most. */
  long maxPixelsPerByte() {
    return ByteSource.MAX_DEFLATE_RATIO * 8 / bitsPerPixel + 1;
  }

  /** Reads the chunk at {@code position}; returns where the next one starts, or -1 after IEND. */
  private int readChunk(int position) throws Refusal {
    if (bytes.length - position < 12) {
      throw new Refusal("truncated PNG (it ends before its IEND chunk)");
    }
    long length = int32(position) & 0xFFFFFFFFL;
    if (length > bytes.length - position - 12L) {
      throw new Refusal("truncated PNG (a chunk leaves the file)");
    }
    String type = new String(bytes, position + 4, 4, StandardCharsets.ISO_8859_1);
    int body = position + 8;
    int end = body + (int) length;
    if ((position == 8) != type.equals("IHDR")) {
      throw new Refusal("damaged PNG (its IHDR chunk must come first and once)");
    }
    switch (type) {
      case "IHDR" -> readHeader(body, (int) length);
      case "PLTE" -> checkPalette((int) length);
      case "IDAT" -> pixelData = true;
      case "eXIf" -> readExif(body, (int) length);
      default -> {
        // Bit 5 of the first letter clear = critical: the image cannot be shown without it.
        if (!type.equals("IEND") && (bytes[position + 4] & 0x20) == 0) {
          throw new Refusal("PNG with a critical chunk that is unknown or damaged");
        }
      }
    }
    if ((bytes[position + 4] & 0x20) == 0) {
      checkCrc(position + 4, end, type);
      stripped.write(bytes, position, end + 4 - position);
    }
    return type.equals("IEND") ? -1 : end + 4;
  }

  private void readHeader(int body, int length) throws Refusal {
    if (length != 13) {
      throw new Refusal("damaged PNG (IHDR of %d bytes)".formatted(length));
    }
    width = int32(body);
    height = int32(body + 4);
    int depth = bytes[body + 8];
    int samples =
        switch (bytes[body + 9]) {
          case 0, 3 -> 1;
          case 2 -> 3;
          case 4 -> 2;
          case 6 -> 4;
          default -> throw new Refusal("PNG of unknown colour type " + bytes[body + 9]);
        };
    palette = bytes[body + 9] == 3;
    boolean small = samples == 1 && (depth == 1 || depth == 2 || depth == 4);
    if (!(small || depth == 8 || (depth == 16 && !palette))) {
      throw new Refusal(
          "PNG of colour type %d with %d bits a sample".formatted(bytes[body + 9], depth));
    }
    bitsPerPixel = samples * depth;
  }

  private void checkPalette(int length) throws Refusal {
    if (length % 3 != 0 || length == 0 || length > 3 * 256 || pixelData) {
      throw new Refusal("damaged PNG (palette)");
    }
  }

  private void readExif(int body, int length) {
    if (length <= MAX_EXIF_BYTES && exif == null) {
      // The bare TIFF structure; with the words that precede it in a JPEG both are read alike.
      exif = new byte[6 + length];
      System.arraycopy("Exif\0\0".getBytes(StandardCharsets.ISO_8859_1), 0, exif, 0, 6);
      System.arraycopy(bytes, body, exif, 6, length);
    }
  }

  private void checkCrc(int from, int end, String type) throws Refusal {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, end - from);
    if ((int) crc.getValue() != int32(end)) {
      throw new Refusal("damaged PNG (checksum of chunk " + type + ")");
    }
  }

  private int int32(int at) {
    return (bytes[at] & 0xFF) << 24
        | (bytes[at + 1] & 0xFF) << 16
        | (bytes[at + 2] & 0xFF) << 8
        | (bytes[at + 3] & 0xFF);
  }
}
