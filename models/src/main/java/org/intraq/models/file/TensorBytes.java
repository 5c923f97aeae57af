package org.intraq.models.file;

/** Where a tensor's elements come from: dense, row-major, little-endian bytes, given in order. */
interface TensorBytes {
  /** Bytes a chunk holds at most: large enough to hide the cost of a read, and whole elements. */
  int CHUNK_BYTES = 1 << 18;

  /** Hands all bytes to {@code sink}, whole elements at a time. */
  void stream(Sink sink);

  /** Takes the first {@code length} bytes of {@code chunk}, which is overwritten afterwards. */
  @FunctionalInterface
  interface Sink {
    void accept(byte[] chunk, int length);
  }

  /** Bytes that lie dense in a source. */
  record Range(ByteSource source, long position, long length) implements TensorBytes {
    @Override
    public void stream(Sink sink) {
      byte[] chunk = new byte[(int) Math.min(length, CHUNK_BYTES)];
      for (long at = 0; at < length; at += chunk.length) {
        int n = (int) Math.min(chunk.length, length - at);
        source.read(position + at, chunk, 0, n);
        sink.accept(chunk, n);
      }
    }
  }

  /** Bytes in memory. */
  @SuppressWarnings("ArrayRecordComponent")
  record Memory(byte[] bytes) implements TensorBytes {
    @Override
    public void stream(Sink sink) {
      if (bytes.length > 0) {
        sink.accept(bytes, bytes.length);
      }
    }
  }
}
