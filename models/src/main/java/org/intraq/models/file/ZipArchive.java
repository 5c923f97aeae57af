package org.intraq.models.file;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The directory of a zip archive (also zip64), whose entries are read where they lie.
 *
 * <pre>
 *   local header + data | local header + data | ... | central directory | [zip64 end] | end record
 * </pre>
 *
 * <p>Nothing is ever unpacked to disk, so names of entries are only names. Refused: encryption,
 * methods other than stored and deflated, several volumes, duplicate names, overlapping entries,
 * and entries that would inflate beyond {@link Limits#bomb}. Checksums are verified. Source: PKWARE
 * APPNOTE 6.3.
 */
final class ZipArchive {
  private static final int CENTRAL = 0x02014b50;
  private static final int END = 0x06054b50;
  private static final int END_64 = 0x06064b50;
  private static final int LOCATOR_64 = 0x07064b50;
  static final int LOCAL_BYTES = 30;
  private static final int CENTRAL_BYTES = 46;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_64_BYTES = 20;
  private static final int END_64_BYTES = 56;
  private static final long ABSENT_32 = 0xFFFF_FFFFL;

  private final ByteSource source;
  private final Map<String, Entry> entries = new LinkedHashMap<>();
  private long directoryStart;
  private long directoryEnd;
  private long directoryEntries;

  /** One entry of the directory. */
  record Entry(
      String name, int method, long crc, long compressed, long size, long header, int nameBytes) {
    boolean isFolder() {
      return name.endsWith("/");
    }
  }

  private ZipArchive(ByteSource source) {
    this.source = source;
  }

  /** Whether the content begins like a zip archive. */
  static boolean recognizes(byte[] head) {
    return head.length >= 4 && head[0] == 'P' && head[1] == 'K' && head[2] == 3 && head[3] == 4;
  }

  /** Reads the directory. */
  static ZipArchive open(ByteSource source) {
    ZipArchive zip = new ZipArchive(source);
    zip.findDirectory();
    zip.readDirectory();
    zip.checkOverlap();
    return zip;
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  /** The entry of that name, or null. */
  Entry entry(String name) {
    return entries.get(name);
  }

  /** The content of an entry: found, checked and inflated when it is first read. */
  ByteSource content(Entry e) {
    return new ZipContent(source, directoryStart, e);
  }

  private void findDirectory() {
    long size = source.size();
    int tailBytes = (int) Math.min(size, END_BYTES + 0xFFFF);
    byte[] tail = source.bytes(size - tailBytes, tailBytes);
    for (int at = tailBytes - END_BYTES; at >= 0; at--) {
      if (tail[at] == 'P' && tail[at + 1] == 'K' && tail[at + 2] == 5 && tail[at + 3] == 6) {
        int comment = (tail[at + 20] & 0xFF) | (tail[at + 21] & 0xFF) << 8;
        if (at + END_BYTES + comment == tailBytes) {
          readEnd(size - tailBytes + at);
          return;
        }
      }
    }
    throw source.failure("truncated: zip archive without its directory's end");
  }

  private void readEnd(long end) {
    ByteCursor in = new ByteCursor(source, end, source.size());
    int signature = in.i32();
    int disk = in.u16();
    int directoryDisk = in.u16();
    in.skip(2);
    directoryEntries = in.u16();
    long bytes = in.u32();
    directoryStart = in.u32();
    directoryEnd = end;
    long locator = end - LOCATOR_64_BYTES;
    if (locator >= 0 && new ByteCursor(source, locator, end).i32() == LOCATOR_64) {
      bytes = readEnd64(locator);
    } else if (signature != END || disk != 0 || directoryDisk != 0) {
      throw source.failure("zip archive in several volumes");
    }
    if (directoryStart < 0 || bytes < 0 || directoryStart > directoryEnd - bytes) {
      throw source.failure("zip directory lies outside of the file");
    }
    directoryEnd = directoryStart + bytes;
    if (directoryEntries < 0
        || directoryEntries > Limits.ZIP_ENTRIES
        || directoryEntries * CENTRAL_BYTES > bytes) {
      throw source.failure(
          "zip directory of %d entries in %d bytes".formatted(directoryEntries, bytes));
    }
  }

  /** Takes the directory's place from the zip64 end record; returns its length. */
  private long readEnd64(long locator) {
    ByteCursor in = new ByteCursor(source, locator + 8, locator + LOCATOR_64_BYTES);
    long end64 = in.i64();
    if (end64 < 0 || end64 > locator - END_64_BYTES) {
      throw source.failure("zip64 end record lies outside of the file");
    }
    in = new ByteCursor(source, end64, locator);
    if (in.i32() != END_64) {
      throw source.failure("zip64 end record is not where it should be");
    }
    in.skip(28);
    directoryEntries = in.i64();
    long bytes = in.i64();
    directoryStart = in.i64();
    directoryEnd = end64;
    return bytes;
  }

  private void readDirectory() {
    ByteCursor in = new ByteCursor(source, directoryStart, directoryEnd);
    for (long i = 0; i < directoryEntries; i++) {
      Entry e = readEntry(in);
      if (entries.put(e.name, e) != null) {
        throw source.failure("zip archive holds two entries named " + quote(e.name));
      }
    }
  }

  private Entry readEntry(ByteCursor in) {
    if (in.i32() != CENTRAL) {
      throw in.failure("zip directory is broken");
    }
    in.skip(4);
    int flags = in.u16();
    int method = in.u16();
    in.skip(4);
    long crc = in.u32();
    long[] sizes = {in.u32(), in.u32(), 0};
    int nameBytes = in.u16();
    int extraBytes = in.u16();
    int commentBytes = in.u16();
    in.skip(8);
    sizes[2] = in.u32();
    String name = in.lenientText(nameBytes);
    readExtra(in, extraBytes, sizes);
    in.skip(commentBytes);
    long compressed = sizes[0];
    long size = sizes[1];
    long header = sizes[2];
    if ((flags & 1) != 0) {
      throw source.failure("zip entry " + quote(name) + " is encrypted");
    }
    if (method != 0 && method != ZipContent.DEFLATED) {
      throw source.failure("zip entry " + quote(name) + " is packed with method " + method);
    }
    if (compressed < 0
        || size < 0
        || header < 0
        || header > directoryStart - LOCAL_BYTES
        || compressed > directoryStart - header
        || method == 0 && size != compressed) {
      throw source.failure("zip entry " + quote(name) + " has impossible sizes");
    }
    if (Limits.bomb(compressed, size)) {
      throw source.failure(
          "zip entry %s would inflate from %d to %d bytes: refused as a zip bomb"
              .formatted(quote(name), compressed, size));
    }
    return new Entry(name, method, crc, compressed, size, header, nameBytes);
  }

  /** Replaces the 32-bit sizes that are all ones by the zip64 field's, in its order. */
  private static void readExtra(ByteCursor in, int bytes, long[] sizes) {
    long end = in.position() + bytes;
    while (end - in.position() >= 4) {
      int id = in.u16();
      int length = in.u16();
      long fieldEnd = in.position() + length;
      if (fieldEnd > end) {
        throw in.failure("zip entry's extra field is broken");
      }
      if (id == 1) {
        // The field gives the inflated size before the compressed one.
        for (int k : new int[] {1, 0, 2}) {
          if (sizes[k] == ABSENT_32 && fieldEnd - in.position() >= 8) {
            sizes[k] = in.i64();
          }
        }
      }
      in.skip(fieldEnd - in.position());
    }
    in.skip(end - in.position());
  }

  /** Overlapping entries let a small file inflate without end. */
  private void checkOverlap() {
    List<Entry> sorted = new ArrayList<>(entries.values());
    sorted.sort(Comparator.comparingLong(Entry::header));
    long at = 0;
    for (Entry e : sorted) {
      if (e.header < at) {
        throw source.failure("zip entry " + quote(e.name) + " overlaps another");
      }
      at = e.header + LOCAL_BYTES + e.nameBytes + e.compressed;
    }
  }

  private static String quote(String name) {
    return WeightFileException.quote(name);
  }

  /** The text of a small entry, or null when there is none. */
  String smallText(String name) {
    Entry e = entries.get(name);
    if (e == null || e.size > 64) {
      return null;
    }
    return new String(content(e).bytes(0, (int) e.size), StandardCharsets.UTF_8).strip();
  }
}
