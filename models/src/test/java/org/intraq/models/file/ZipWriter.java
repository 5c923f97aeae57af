package org.intraq.models.file;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** Writes zip archives, and lies into them afterwards. */
final class ZipWriter {
  /** Offsets of fields in an entry of the central directory. */
  static final int FLAGS = 8;

  static final int METHOD = 10;
  static final int CRC = 16;
  static final int COMPRESSED = 20;
  static final int SIZE = 24;
  static final int HEADER = 42;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final ZipOutputStream zip = new ZipOutputStream(bytes);

  ZipWriter stored(String name, byte[] content) {
    ZipEntry entry = new ZipEntry(name);
    CRC32 crc = new CRC32();
    crc.update(content);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(content.length);
    entry.setCrc(crc.getValue());
    return add(entry, content);
  }

  ZipWriter deflated(String name, byte[] content) {
    return add(new ZipEntry(name), content);
  }

  private ZipWriter add(ZipEntry entry, byte[] content) {
    try {
      zip.putNextEntry(entry);
      zip.write(content);
      zip.closeEntry();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return this;
  }

  byte[] toBytes() {
    try {
      zip.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** Where the central directory's {@code n}-th entry begins. */
  static int central(byte[] zip, int n) {
    int seen = 0;
    for (int i = 0; i < zip.length - 4; i++) {
      if (zip[i] == 'P' && zip[i + 1] == 'K' && zip[i + 2] == 1 && zip[i + 3] == 2) {
        if (seen++ == n) {
          return i;
        }
      }
    }
    throw new IllegalArgumentException("no entry " + n);
  }

  /** Sets a 32-bit field of the directory's {@code n}-th entry. */
  static byte[] lie(byte[] zip, int n, int field, int value) {
    byte[] out = zip.clone();
    ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putInt(central(zip, n) + field, value);
    return out;
  }

  /** Sets a 16-bit field of the directory's {@code n}-th entry. */
  static byte[] lieShort(byte[] zip, int n, int field, int value) {
    byte[] out = zip.clone();
    ByteBuffer.wrap(out)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putShort(central(zip, n) + field, (short) value);
    return out;
  }

  /** A checkpoint of that pickle and storages "0", "1" .. */
  static byte[] checkpoint(byte[] pickle, byte[]... storages) {
    ZipWriter out = new ZipWriter().stored("archive/data.pkl", pickle);
    for (int i = 0; i < storages.length; i++) {
      out.stored("archive/data/" + i, storages[i]);
    }
    return out.stored("archive/version", new byte[] {'3', '\n'}).toBytes();
  }
}
