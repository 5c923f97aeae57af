package org.intraq.models.data;

import java.nio.file.Path;
import java.util.List;

/**
 * CIFAR-10 or CIFAR-100 in the binary format: records of one label byte (CIFAR-10) or a coarse and
 * a fine label byte (CIFAR-100, the fine one is the class), then 3,072 bytes, the planes R, G and B
 * of 32 rows of 32.
 *
 * <p>Source: A. Krizhevsky, "Learning Multiple Layers of Features from Tiny Images", 2009, and the
 * data set's page.
 */
public final class CifarDataset implements ImageDataset {
  /** The two label layouts. */
  public enum Kind {
    /** Ten classes, one label byte. */
    CIFAR10(10, 1),
    /** A hundred classes in twenty groups, two label bytes. */
    CIFAR100(100, 2);

    final int classes;
    final int labelBytes;

    Kind(int classes, int labelBytes) {
      this.classes = classes;
      this.labelBytes = labelBytes;
    }

    int recordBytes() {
      return labelBytes + PIXEL_BYTES;
    }
  }

  private static final int SIDE = 32;
  private static final int PLANE = SIDE * SIDE;
  private static final int PIXEL_BYTES = 3 * PLANE;
  private static final int COARSE_CLASSES = 20;
  private static final long MAX_FILE_BYTES = 1L << 30;

  private final Kind kind;
  private final List<Path> files;
  private final byte[][] contents;
  private final int[] firstIndex;

  private CifarDataset(Kind kind, List<Path> files, byte[][] contents) {
    this.kind = kind;
    this.files = files;
    this.contents = contents;
    this.firstIndex = new int[files.size() + 1];
    for (int f = 0; f < files.size(); f++) {
      firstIndex[f + 1] = Math.addExact(firstIndex[f], contents[f].length / kind.recordBytes());
    }
  }

  /**
   * Reads one file, or several of the same kind one after another (as {@code data_batch_1.bin} to
   * {@code data_batch_5.bin}); the kind follows from length and labels.
   *
   * @throws DataException if a file is empty, not a whole number of records, holds a label out of
   *     range, or the files are of different kinds
   */
  public static CifarDataset open(Path... files) {
    byte[][] contents = new byte[files.length][];
    Kind kind = null;
    for (int f = 0; f < files.length; f++) {
      contents[f] = ByteSource.readAll(files[f], MAX_FILE_BYTES);
      Kind found = recognise(files[f], contents[f]);
      if (kind != null && kind != found) {
        throw new DataException(
            "%s: holds %s while %s holds %s; open them apart"
                .formatted(files[f], found, files[0], kind));
      }
      kind = found;
    }
    if (kind == null) {
      throw new IllegalArgumentException("CIFAR: expected at least one file, got none");
    }
    return new CifarDataset(kind, List.of(files), contents);
  }

  private static Kind recognise(Path file, byte[] bytes) {
    DataException refusal = null;
    for (Kind kind : Kind.values()) {
      if (bytes.length > 0 && bytes.length % kind.recordBytes() == 0) {
        int bad = firstBadLabel(kind, bytes);
        if (bad < 0) {
          return kind;
        }
        refusal =
            new DataException(
                "%s: record %d has a label that %s does not have; the file is damaged or no CIFAR file"
                    .formatted(file, bad, kind));
      }
    }
    if (refusal != null) {
      throw refusal;
    }
    throw new DataException(
        "%s: %d bytes are no whole number of CIFAR-10 (3073 bytes) or CIFAR-100 (3074 bytes) records; the file is truncated or no CIFAR file: fetch it again"
            .formatted(file, bytes.length));
  }

  private static int firstBadLabel(Kind kind, byte[] bytes) {
    for (int r = 0, at = 0; at < bytes.length; r++, at += kind.recordBytes()) {
      boolean coarseBad = kind == Kind.CIFAR100 && (bytes[at] & 0xFF) >= COARSE_CLASSES;
      if (coarseBad || (bytes[at + kind.labelBytes - 1] & 0xFF) >= kind.classes) {
        return r;
      }
    }
    return -1;
  }

  /** Returns which of the two data sets this is. */
  public Kind kind() {
    return kind;
  }

  @Override
  public String name() {
    return kind + " (" + files.get(0) + (files.size() > 1 ? ", ..." : "") + ")";
  }

  @Override
  public int size() {
    return firstIndex[firstIndex.length - 1];
  }

  @Override
  public int classCount() {
    return kind.classes;
  }

  @Override
  public int label(int index) {
    int f = fileOf(index);
    return contents[f][recordOffset(f, index) + kind.labelBytes - 1] & 0xFF;
  }

  @Override
  public DecodedImage load(int index) {
    int f = fileOf(index);
    int red = recordOffset(f, index) + kind.labelBytes;
    byte[] bytes = contents[f];
    byte[] pixels = new byte[PIXEL_BYTES];
    for (int i = 0; i < PLANE; i++) {
      pixels[3 * i] = bytes[red + i];
      pixels[3 * i + 1] = bytes[red + PLANE + i];
      pixels[3 * i + 2] = bytes[red + 2 * PLANE + i];
    }
    return new DecodedImage(SIDE, SIDE, 3, pixels);
  }

  @Override
  public String imageName(int index) {
    int f = fileOf(index);
    return files.get(f) + ", record " + (index - firstIndex[f]);
  }

  private int fileOf(int index) {
    if (index < 0 || index >= size()) {
      throw new IndexOutOfBoundsException(
          "CIFAR: expected an image index below " + size() + ", got " + index);
    }
    int f = 0;
    while (index >= firstIndex[f + 1]) {
      f++;
    }
    return f;
  }

  private int recordOffset(int f, int index) {
    return (index - firstIndex[f]) * kind.recordBytes();
  }
}
