package org.intraq.models.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Bytes of known length that are read at positions; failures are {@link WeightFileException}s that
 * name the file.
 */
interface ByteSource {
  /** The file as the user knows it, for messages. */
  String name();

  /** Length in bytes. */
  long size();

  /**
   * Copies {@code length} bytes from {@code position}.
   *
   * @throws WeightFileException when the range is not all there
   */
  void read(long position, byte[] target, int offset, int length);

  /** The exception that says what is wrong with this file. */
  default WeightFileException failure(String reason) {
    return new WeightFileException(name(), reason);
  }

  /** The bytes {@code [position, position + length)}, read into memory. */
  default byte[] bytes(long position, int length) {
    check(position, length);
    byte[] out = new byte[length];
    read(position, out, 0, length);
    return out;
  }

  /** The bytes {@code [position, position + length)} as a source of their own. */
  default ByteSource slice(long position, long length) {
    check(position, length);
    return new Slice(this, position, length);
  }

  /** Fails unless {@code [position, position + length)} lies within. */
  default void check(long position, long length) {
    if (position < 0 || length < 0 || length > size() - position) {
      throw failure(
          "truncated: needs "
              + length
              + " bytes at offset "
              + position
              + ", there are "
              + size()
              + " bytes in all");
    }
  }

  /** A file. */
  static ByteSource of(Path path) {
    return FileBytes.open(path);
  }

  /** An array, not copied. */
  static ByteSource of(String name, byte[] bytes) {
    return new MemoryBytes(name, bytes);
  }

  /**
   * A file, opened anew for each read: nothing has to be closed, and tensors can be read long after
   * the file was listed. A changed length shows that the file was replaced meanwhile.
   */
  record FileBytes(Path path, long size) implements ByteSource {
    static FileBytes open(Path path) {
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        return new FileBytes(path, channel.size());
      } catch (IOException e) {
        throw WeightFiles.ioFailure(path, "read", e);
      }
    }

    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      check(position, length);
      ByteBuffer out = ByteBuffer.wrap(target, offset, length);
      try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
        if (channel.size() != size) {
          throw failure("changed while it was being read: was " + size + " bytes long");
        }
        long at = position;
        while (out.hasRemaining()) {
          int n = channel.read(out, at);
          if (n < 0) {
            throw failure("changed while it was being read: ends at offset " + at);
          }
          at += n;
        }
      } catch (IOException e) {
        throw WeightFiles.ioFailure(path, "read", e);
      }
    }
  }

  /** An array in memory. */
  @SuppressWarnings("ArrayRecordComponent")
  record MemoryBytes(String name, byte[] array) implements ByteSource {
    @Override
    public long size() {
      return array.length;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      check(position, length);
      System.arraycopy(array, (int) position, target, offset, length);
    }
  }

  /** A range of another source. */
  record Slice(ByteSource whole, long start, long size) implements ByteSource {
    @Override
    public String name() {
      return whole.name();
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      check(position, length);
      whole.read(start + position, target, offset, length);
    }
  }
}
