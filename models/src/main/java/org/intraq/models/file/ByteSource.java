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
   * A file. Its channel stays open as long as this object is reachable, so that tensors can be read
   * long after the file was listed, and cheaply; a file that is replaced by renaming meanwhile is
   * still the old one here. Collecting the object closes the channel.
   */
  final class FileBytes implements ByteSource {
    private final Path path;
    private final long size;
    private FileChannel channel;

    private FileBytes(Path path, FileChannel channel) throws IOException {
      this.path = path;
      this.channel = channel;
      this.size = channel.size();
    }

    static FileBytes open(Path path) {
      try {
        return new FileBytes(path, FileChannel.open(path, StandardOpenOption.READ));
      } catch (IOException e) {
        throw WeightFiles.ioFailure(path, "read", e);
      }
    }

    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public void read(long position, byte[] target, int offset, int length) {
      check(position, length);
      ByteBuffer out = ByteBuffer.wrap(target, offset, length);
      try {
        FileChannel in = channel();
        for (long at = position; out.hasRemaining(); ) {
          int n = in.read(out, at);
          if (n < 0) {
            throw failure(
                "changed while it was being read: was %d bytes long, now ends at %d"
                    .formatted(size, at));
          }
          at += n;
        }
      } catch (IOException e) {
        throw WeightFiles.ioFailure(path, "read", e);
      }
    }

    /** The channel, opened again when the interruption of a reading thread has closed it. */
    private synchronized FileChannel channel() throws IOException {
      if (!channel.isOpen()) {
        channel = FileChannel.open(path, StandardOpenOption.READ);
      }
      return channel;
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
