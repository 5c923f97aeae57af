package org.intraq.models.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;

/** Reads files with a bound, plain or gzipped. */
final class ByteSource {
  /**
   * Deflate cannot shrink data more than this, so a longer claim is a lie (RFC 1951, 258:2 bits).
   */
  static final long MAX_DEFLATE_RATIO = 1032;

  /**
   * What a gzipped file may inflate to: so many bytes whatever its length, and beyond them so many
   * times its length. Images of handwriting shrink to a fifth; a hundredth is a bomb.
   */
  private static final long INFLATED_FREE_BYTES = 64L << 20;

  private static final int INFLATED_RATIO = 64;

  private ByteSource() {}

  /** Reads a whole regular file of at most {@code maxBytes}. */
  static byte[] readAll(Path file, long maxBytes) {
    requireRegular(file);
    try (InputStream in = Files.newInputStream(file)) {
      int limit = (int) Math.min(maxBytes, Integer.MAX_VALUE - 16);
      if (Files.size(file) > limit) {
        throw new DataException(
            "%s: the file has %d bytes, more than the %d allowed"
                .formatted(file, Files.size(file), limit));
      }
      byte[] bytes = in.readNBytes(limit + 1);
      if (bytes.length > limit) {
        throw new DataException("%s: the file grew past %d bytes".formatted(file, limit));
      }
      return bytes;
    } catch (IOException e) {
      throw unreadable(file, e);
    }
  }

  /** Opens a file, inflating it if it starts with the gzip magic bytes 1F 8B. */
  static InputStream open(Path file) throws IOException {
    requireRegular(file);
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    try {
      in.mark(2);
      boolean gzip = in.read() == 0x1F && in.read() == 0x8B;
      in.reset();
      return gzip ? new GZIPInputStream(in, 1 << 16) : in;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Whether {@code inflated} bytes out of {@code compressed} ones look like a bomb. */
  static boolean bomb(long compressed, long inflated) {
    return inflated - INFLATED_FREE_BYTES > compressed * INFLATED_RATIO;
  }

  static boolean isGzip(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return in.read() == 0x1F && in.read() == 0x8B;
    }
  }

  static void requireRegular(Path file) {
    if (!Files.exists(file)) {
      throw new DataException("%s: no such file".formatted(file));
    }
    // A pipe or device would block or never end.
    if (!Files.isRegularFile(file)) {
      throw new DataException("%s: not a regular file".formatted(file));
    }
  }

  static DataException unreadable(Path file, IOException cause) {
    String why = cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    return new DataException("%s: cannot be read (%s)".formatted(file, why), cause);
  }
}
