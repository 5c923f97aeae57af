package org.intraq.models.file;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes pickles opcode by opcode, valid and hostile ones. */
final class PickleWriter {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final boolean legacy;

  /** Begins a pickle of protocol 2 for a zip checkpoint. */
  PickleWriter() {
    this(false);
  }

  /** As above; persistent ids of the legacy stream have a sixth item. */
  PickleWriter(boolean legacy) {
    this.legacy = legacy;
    op(0x80, 2);
  }

  PickleWriter op(int... bytes) {
    for (int b : bytes) {
      out.write(b);
    }
    return this;
  }

  PickleWriter ops(String ascii) {
    return raw(ascii.getBytes(StandardCharsets.ISO_8859_1));
  }

  PickleWriter raw(byte[] bytes) {
    out.writeBytes(bytes);
    return this;
  }

  PickleWriter repeat(String ascii, int times) {
    return raw(ascii.repeat(times).getBytes(StandardCharsets.ISO_8859_1));
  }

  PickleWriter text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    return op('X').i32(utf8.length).raw(utf8);
  }

  PickleWriter i32(int value) {
    return raw(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }

  PickleWriter i64(long value) {
    return raw(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
  }

  /** An int of any size, as LONG1. */
  PickleWriter integer(long value) {
    return op(0x8A, 8).i64(value);
  }

  PickleWriter global(String module, String name) {
    return ops("c" + module + "\n" + name + "\n");
  }

  PickleWriter tuple(long... values) {
    op('(');
    for (long v : values) {
      integer(v);
    }
    return op('t');
  }

  /** ("storage", class, key, "cpu", elements) as a persistent id. */
  PickleWriter storage(String storageClass, String key, long elements) {
    return op('(')
        .text("storage")
        .global("torch", storageClass)
        .text(key)
        .text("cpu")
        .integer(elements)
        .ops(legacy ? "NtQ" : "tQ");
  }

  /** _rebuild_tensor_v2 of a storage. */
  PickleWriter tensor(
      String storageClass, String key, long elements, long offset, long[] size, long[] stride) {
    return global("torch._utils", "_rebuild_tensor_v2")
        .op('(')
        .storage(storageClass, key, elements)
        .integer(offset)
        .tuple(size)
        .tuple(stride)
        .op(0x89)
        .global("collections", "OrderedDict")
        .ops(")RtR");
  }

  /** The pickle, with its STOP. */
  byte[] stop() {
    ByteArrayOutputStream copy = new ByteArrayOutputStream();
    copy.writeBytes(out.toByteArray());
    copy.write('.');
    return copy.toByteArray();
  }
}
