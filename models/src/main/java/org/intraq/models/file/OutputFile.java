package org.intraq.models.file;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/**
 * A file that is written whole or not at all: under another name beside it, which it then takes.
 */
public final class OutputFile {
  /** Writes the contents. */
  @FunctionalInterface
  public interface Writer {
    /** To a file that does not exist yet. */
    void write(Path temporary) throws IOException;
  }

  private OutputFile() {}

  /**
   * Writes {@code file} by {@code writer}; what a link leads to is replaced, not the link.
   *
   * @throws WeightFileException if something other than a file is there, such as a device, which a
   *     renamed file would replace
   */
  public static void write(Path file, Writer writer) throws IOException {
    Path target = Files.exists(file) ? file.toRealPath() : file.toAbsolutePath();
    if (Files.isDirectory(target)) {
      throw new WeightFileException(file.toString(), "is a folder; name a file to write");
    }
    if (Files.exists(target) && !Files.isRegularFile(target)) {
      throw new WeightFileException(
          file.toString(), "is no regular file; name one, or one that does not exist");
    }
    // Without the file's own name, which may be as long as names can be.
    Path temporary = target.resolveSibling("." + UUID.randomUUID() + ".tmp");
    try {
      writer.write(temporary);
      // Else a power failure may leave the new name with an empty file.
      try (FileChannel written = FileChannel.open(temporary, StandardOpenOption.WRITE)) {
        written.force(true);
      }
      move(temporary, target);
    } finally {
      deleteQuietly(temporary);
    }
  }

  private static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }
  }

  /** After a success nothing is left to delete; after a failure the first exception matters. */
  private static void deleteQuietly(Path file) {
    try {
      Files.deleteIfExists(file);
    } catch (IOException ignored) {
      // The caller already gets the failure that led here.
    }
  }
}
