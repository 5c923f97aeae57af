package org.intraq.models.file;

/**
 * Reads the fields of one Protocol Buffers message: {@code while (next()) switch (field()) ...}. A
 * field that is not taken is skipped by the following {@link #next}. Source: the wire format's
 * specification, protobuf.dev "Encoding".
 */
final class ProtoCursor {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private final ByteSource source;
  private final ByteCursor in;
  private int field;
  private int wire;
  private long tagStart;
  private boolean taken = true;

  ProtoCursor(ByteSource source, long start, long end) {
    this.source = source;
    this.in = new ByteCursor(source, start, end);
  }

  WeightFileException failure(String reason) {
    return in.failure(reason);
  }

  /** Goes to the next field; false at the message's end. */
  boolean next() {
    if (!taken) {
      skip();
    }
    if (in.remaining() == 0) {
      return false;
    }
    tagStart = in.position();
    long tag = varint(in);
    if (tag >>> 3 == 0 || tag >>> 32 != 0) {
      throw in.failure("protobuf field number " + (tag >>> 3));
    }
    field = (int) (tag >>> 3);
    wire = (int) tag & 7;
    taken = false;
    return true;
  }

  /** The current field's number. */
  int field() {
    return field;
  }

  /** The current field's wire type. */
  int wire() {
    return wire;
  }

  /** Where the current field's tag begins. */
  long tagStart() {
    return tagStart;
  }

  /** Where reading stands: behind the tag, or behind the field when it is taken. */
  long position() {
    return in.position();
  }

  /** Takes an integer field. */
  long integer() {
    expect(VARINT);
    return varint(in);
  }

  /** Takes a text field of at most {@link Limits#TEXT_BYTES}. */
  String text() {
    long length = length();
    if (length > Limits.TEXT_BYTES) {
      throw in.failure("a text of " + length + " bytes");
    }
    return in.text(length);
  }

  /** Takes a bytes field by stepping over it; gives its place. */
  Place place() {
    long length = length();
    Place at = new Place(in.position(), length);
    in.skip(length);
    return at;
  }

  /** Takes a message field; its own fields are read from the result. */
  ProtoCursor message() {
    Place at = place();
    return new ProtoCursor(source, at.start, at.start + at.length);
  }

  /** A range of the source. */
  record Place(long start, long length) {}

  private long length() {
    expect(BYTES);
    long length = varint(in);
    if (length < 0 || length > in.remaining()) {
      throw in.failure(
          "truncated: a field of %s bytes, there are %d"
              .formatted(Long.toUnsignedString(length), in.remaining()));
    }
    return length;
  }

  private void expect(int type) {
    if (wire != type) {
      throw in.failure("protobuf field %d has wire type %d, not %d".formatted(field, wire, type));
    }
    taken = true;
  }

  /** Steps over the current field, which is taken then. */
  void skip() {
    switch (wire) {
      case VARINT -> integer();
      case BYTES -> place();
      case FIXED64 -> in.skip(8);
      case FIXED32 -> in.skip(4);
      default -> throw in.failure("protobuf wire type " + wire);
    }
    taken = true;
  }

  /** An integer in base 128, least significant group first, at most ten bytes. */
  static long varint(ByteCursor in) {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      int b = in.u8();
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw in.failure("protobuf integer of more than ten bytes");
  }
}
