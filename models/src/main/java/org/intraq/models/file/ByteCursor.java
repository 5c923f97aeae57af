package org.intraq.models.file;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads a range of a source from front to back through a window, checking every length. */
final class ByteCursor {
  private static final int WINDOW_BYTES = 1 << 16;
  private static final VarHandle SHORT = view(short[].class);
  private static final VarHandle INT = view(int[].class);
  private static final VarHandle LONG = view(long[].class);

  private final ByteSource source;
  private final long end;
  private final byte[] window;
  private long position;
  private long windowStart;
  private int windowLength;

  /** A cursor over {@code [start, end)}. */
  ByteCursor(ByteSource source, long start, long end) {
    source.check(start, end - start);
    this.source = source;
    this.position = start;
    this.end = end;
    this.window = new byte[(int) Math.min(WINDOW_BYTES, end - start)];
  }

  private static VarHandle view(Class<?> array) {
    return MethodHandles.byteArrayViewVarHandle(array, ByteOrder.LITTLE_ENDIAN);
  }

  long position() {
    return position;
  }

  long remaining() {
    return end - position;
  }

  WeightFileException failure(String reason) {
    return source.failure(reason + " (at offset " + position + ")");
  }

  /** Goes on at {@code target}, forward only, at most to the end. */
  void skip(long bytes) {
    need(bytes);
    position += bytes;
  }

  int u8() {
    return window[fill(1)] & 0xFF;
  }

  int u16() {
    return (short) SHORT.get(window, fill(2)) & 0xFFFF;
  }

  int i32() {
    return (int) INT.get(window, fill(4));
  }

  long u32() {
    return i32() & 0xFFFF_FFFFL;
  }

  long i64() {
    return (long) LONG.get(window, fill(8));
  }

  /** Copies the next {@code length} bytes; fails before allocating when they are not there. */
  byte[] bytes(long length) {
    need(length);
    byte[] out = new byte[Math.toIntExact(length)];
    source.read(position, out, 0, out.length);
    position += length;
    return out;
  }

  /** The next {@code length} bytes as UTF-8; refused where they are not. */
  String text(long length) {
    try {
      return strict(bytes(length));
    } catch (CharacterCodingException e) {
      throw failure("a text that is no UTF-8");
    }
  }

  /** The next {@code length} bytes as UTF-8; malformed sequences become U+FFFD. */
  String lenientText(long length) {
    return new String(bytes(length), StandardCharsets.UTF_8);
  }

  /**
   * Decodes UTF-8.
   *
   * @throws CharacterCodingException where it is malformed: two names must not become one
   */
  static String strict(byte[] utf8) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString();
  }

  /** The next bytes up to a line feed, which is taken but not returned. */
  String line(int longest) {
    StringBuilder out = new StringBuilder();
    for (int c = u8(); c != '\n'; c = u8()) {
      if (out.length() == longest) {
        throw failure("a line of more than " + longest + " bytes");
      }
      out.append((char) c);
    }
    return out.toString();
  }

  private void need(long bytes) {
    if (bytes < 0 || bytes > remaining()) {
      throw failure("truncated: needs " + bytes + " bytes, there are " + remaining());
    }
  }

  /** Makes the next {@code n} bytes lie in the window, steps over them, gives their index. */
  private int fill(int n) {
    need(n);
    if (position < windowStart || position + n > windowStart + windowLength) {
      windowLength = (int) Math.min(window.length, remaining());
      source.read(position, window, 0, windowLength);
      windowStart = position;
    }
    int at = (int) (position - windowStart);
    position += n;
    return at;
  }
}
