package org.intraq.bench.onnx;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** Writes a protocol-buffer message, the form of ONNX files. */
final class Message {
  private static final int VARINT = 0;
  private static final int LENGTH = 2;
  private static final int FIXED32 = 5;
  private static final int SEVEN_BITS = 0x7f;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  /** A whole number. */
  Message number(int field, long value) {
    varint((long) field << 3 | VARINT);
    varint(value);
    return this;
  }

  /** A 32-bit float. */
  Message real(int field, float value) {
    varint((long) field << 3 | FIXED32);
    bytes.writeBytes(
        ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN).putFloat(value).array());
    return this;
  }

  /** A string. */
  Message text(int field, String value) {
    return raw(field, value.getBytes(StandardCharsets.UTF_8));
  }

  /** A message within this one. */
  Message message(int field, Message value) {
    return raw(field, value.toByteArray());
  }

  /** Bytes. */
  Message raw(int field, byte[] value) {
    varint((long) field << 3 | LENGTH);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  byte[] toByteArray() {
    return bytes.toByteArray();
  }

  private void varint(long value) {
    long rest = value;
    while ((rest & ~SEVEN_BITS) != 0) {
      bytes.write((int) (rest & SEVEN_BITS | SEVEN_BITS + 1));
      rest >>>= 7;
    }
    bytes.write((int) rest);
  }
}
