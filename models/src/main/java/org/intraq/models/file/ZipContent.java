package org.intraq.models.file;

import java.lang.ref.SoftReference;
import java.util.zip.CRC32;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * The content of one zip entry. A stored one is read where it lies, after its checksum has been
 * verified once; a deflated one is inflated into memory, which is given up when memory runs short.
 */
final class ZipContent implements ByteSource {
  static final int DEFLATED = 8;
  private static final int LOCAL = 0x04034b50;
  private static final int CHUNK_BYTES = 1 << 16;

  private final ByteSource archive;
  private final long archiveEnd;
  private final ZipArchive.Entry entry;
  private long start = -1;
  private boolean verified;
  private SoftReference<byte[]> inflated = new SoftReference<>(null);

  /** An entry of {@code archive}, whose entries end at {@code archiveEnd}. */
  ZipContent(ByteSource archive, long archiveEnd, ZipArchive.Entry entry) {
    this.archive = archive;
    this.archiveEnd = archiveEnd;
    this.entry = entry;
  }

  @Override
  public String name() {
    return archive.name();
  }

  @Override
  public long size() {
    return entry.size();
  }

  @Override
  public synchronized void read(long position, byte[] target, int offset, int length) {
    check(position, length);
    if (start < 0) {
      start = findStart();
    }
    if (entry.method() == DEFLATED) {
      System.arraycopy(inflate(), (int) position, target, offset, length);
      return;
    }
    if (!verified) {
      verifyStored();
      verified = true;
    }
    archive.read(start + position, target, offset, length);
  }

  /** The data follow the local header, whose name and extra field have lengths of their own. */
  private long findStart() {
    long header = entry.header();
    ByteCursor local = new ByteCursor(archive, header, header + ZipArchive.LOCAL_BYTES);
    if (local.i32() != LOCAL) {
      throw broken("has no local header where the directory points");
    }
    local.skip(22);
    long found = header + ZipArchive.LOCAL_BYTES + local.u16() + local.u16();
    if (found > archiveEnd - entry.compressed()) {
      throw broken("runs into the directory");
    }
    return found;
  }

  private void verifyStored() {
    CRC32 crc = new CRC32();
    byte[] chunk = new byte[(int) Math.min(entry.size(), 16 * CHUNK_BYTES)];
    for (long at = 0; at < entry.size(); at += chunk.length) {
      int n = (int) Math.min(chunk.length, entry.size() - at);
      archive.read(start + at, chunk, 0, n);
      crc.update(chunk, 0, n);
    }
    checkCrc(crc);
  }

  private byte[] inflate() {
    byte[] out = inflated.get();
    if (out != null) {
      return out;
    }
    if (entry.size() > Integer.MAX_VALUE - 8) {
      throw broken("inflates to " + entry.size() + " bytes; unpack the archive first");
    }
    out = new byte[(int) entry.size()];
    try (Inflater inflater = new Inflater(true)) {
      run(inflater, out);
    } catch (DataFormatException e) {
      throw new WeightFileException(
          archive.name(), "zip entry " + quoted() + " is broken: " + e.getMessage(), e);
    }
    CRC32 crc = new CRC32();
    crc.update(out);
    checkCrc(crc);
    inflated = new SoftReference<>(out);
    return out;
  }

  private void run(Inflater inflater, byte[] out) throws DataFormatException {
    byte[] chunk = new byte[(int) Math.min(entry.compressed(), CHUNK_BYTES)];
    long at = 0;
    int produced = 0;
    byte[] beyond = new byte[1];
    while (!inflater.finished()) {
      if (inflater.needsInput()) {
        int n = (int) Math.min(chunk.length, entry.compressed() - at);
        if (n == 0) {
          throw broken("ends before its data do");
        }
        archive.read(start + at, chunk, 0, n);
        at += n;
        inflater.setInput(chunk, 0, n);
      }
      if (produced < out.length) {
        produced += inflater.inflate(out, produced, out.length - produced);
      } else if (inflater.inflate(beyond) > 0) {
        throw broken("inflates to more than the " + out.length + " bytes it declares");
      }
      if (inflater.needsDictionary()) {
        throw broken("asks for a preset dictionary");
      }
    }
    if (produced < out.length) {
      throw broken("inflates to " + produced + " bytes, not the " + out.length + " it declares");
    }
  }

  private void checkCrc(CRC32 crc) {
    if (crc.getValue() != entry.crc()) {
      throw broken("is damaged: its checksum does not match");
    }
  }

  private WeightFileException broken(String reason) {
    return failure("zip entry " + quoted() + " " + reason);
  }

  private String quoted() {
    return WeightFileException.quote(entry.name());
  }
}
