package org.intraq.models.data;

import java.nio.file.Path;
import java.util.List;

/** Images in files of their own, decoded when asked for. */
final class FileImageDataset implements ImageDataset {
  /** A file and its class. */
  record Entry(Path file, int label) {}

  private final String name;
  private final Entry[] entries;
  private final int classCount;
  private final ImageDecoder decoder;
  private final List<SkippedFile> skipped;
  private final boolean numberedByName;

  FileImageDataset(
      String name,
      List<Entry> entries,
      List<SkippedFile> skipped,
      boolean numberedByName,
      ImageDecoder decoder) {
    this.name = name;
    this.entries = entries.toArray(new Entry[0]);
    this.classCount = entries.stream().mapToInt(Entry::label).max().orElse(-1) + 1;
    this.skipped = List.copyOf(skipped);
    this.numberedByName = numberedByName;
    this.decoder = decoder;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public int size() {
    return entries.length;
  }

  @Override
  public int classCount() {
    return classCount;
  }

  @Override
  public int label(int index) {
    return entries[index].label();
  }

  @Override
  public DecodedImage load(int index) {
    return decoder.decode(entries[index].file());
  }

  @Override
  public String imageName(int index) {
    return entries[index].file().toString();
  }

  @Override
  public boolean numberedByName() {
    return numberedByName;
  }

  @Override
  public List<SkippedFile> skipped() {
    return skipped;
  }
}
