package org.intraq.models.data;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * An idx file of unsigned bytes.
 *
 * <pre>
 *   00 00 | 08 (u8) | rank | rank x big-endian int32 extents | data, last dimension fastest
 * </pre>
 *
 * <p>Source: Y. LeCun, "The MNIST database", section "The IDX file format".
 */
final class IdxFile {
  /** Far above any member of the family (EMNIST: 0.65 GB), far below what would exhaust memory. */
  private static final long MAX_DATA_BYTES = 1L << 30;

  private static final int MAX_RANK = 4;
  private static final int UNSIGNED_BYTE = 0x08;

  private final int[] extents;
  private final byte[] data;

  private IdxFile(int[] extents, byte[] data) {
    this.extents = extents;
    this.data = data;
  }

  int rank() {
    return extents.length;
  }

  int extent(int dimension) {
    return extents[dimension];
  }

  byte[] data() {
    return data;
  }

  String shapeText() {
    return Arrays.toString(extents);
  }

  /** Says whether the file, inflated if gzipped, starts like an idx file of unsigned bytes. */
  static boolean looksLikeIdx(Path file) {
    try (InputStream in = ByteSource.open(file)) {
      byte[] magic = in.readNBytes(4);
      return magic.length == 4
          && magic[0] == 0
          && magic[1] == 0
          && magic[2] == UNSIGNED_BYTE
          && magic[3] >= 1
          && magic[3] <= MAX_RANK;
    } catch (IOException | DataException e) {
      return false;
    }
  }

  /**
   * Reads a file.
   *
   * @throws DataException if it is no idx file, or its header does not agree with its length
   * @throws IOException if it cannot be read or inflated
   */
  static IdxFile read(Path file) throws IOException {
    try (InputStream in = ByteSource.open(file)) {
      int[] extents = readHeader(file, in);
      long expected = checkedSize(file, extents);
      // readNBytes grows with what arrives, so a lying header costs no more than the file is long.
      byte[] data = in.readNBytes((int) expected);
      if (data.length != expected) {
        throw truncated(file, extents, expected, data.length);
      }
      if (in.read() >= 0) {
        throw new DataException(
            "%s: goes on after the %d bytes that its header of shape %s declares; the file is damaged"
                .formatted(file, expected, Arrays.toString(extents)));
      }
      return new IdxFile(extents, data);
    } catch (EOFException e) {
      throw new DataException("%s: ends too early; fetch the file again".formatted(file), e);
    }
  }

  private static int[] readHeader(Path file, InputStream in) throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
      throw new DataException(
          "%s: no idx file, it does not start with two zero bytes".formatted(file));
    }
    if (magic[2] != UNSIGNED_BYTE || magic[3] < 1 || magic[3] > MAX_RANK) {
      throw new DataException(
          "%s: idx element type 0x%02x with %d dimensions, only unsigned bytes (0x08) with 1 to %d are read"
              .formatted(file, magic[2], magic[3] & 0xFF, MAX_RANK));
    }
    int[] extents = new int[magic[3]];
    for (int d = 0; d < extents.length; d++) {
      byte[] b = in.readNBytes(4);
      if (b.length < 4) {
        throw new DataException("%s: ends inside its idx header".formatted(file));
      }
      extents[d] = (b[0] & 0xFF) << 24 | (b[1] & 0xFF) << 16 | (b[2] & 0xFF) << 8 | (b[3] & 0xFF);
    }
    return extents;
  }

  private static long checkedSize(Path file, int[] extents) throws IOException {
    long product = 1;
    for (int extent : extents) {
      if (extent <= 0 || product > MAX_DATA_BYTES / extent) {
        throw new DataException(
            "%s: its idx header declares the shape %s, beyond 1 to %d bytes"
                .formatted(file, Arrays.toString(extents), MAX_DATA_BYTES));
      }
      product *= extent;
    }
    long ratio = ByteSource.isGzip(file) ? ByteSource.MAX_DEFLATE_RATIO : 1;
    if (product > Files.size(file) * ratio) {
      throw truncated(file, extents, product, -1);
    }
    if (ByteSource.bomb(Files.size(file), product)) {
      throw new DataException(
          "%s: would inflate from %d to %d bytes: refused as a gzip bomb"
              .formatted(file, Files.size(file), product));
    }
    return product;
  }

  private static DataException truncated(Path file, int[] extents, long expected, long found) {
    String got = found < 0 ? "cannot hold as many" : "holds " + found;
    return new DataException(
        "%s: its header declares %s, %d bytes, but the file %s; it is truncated or damaged: fetch it again"
            .formatted(file, Arrays.toString(extents), expected, got));
  }
}
