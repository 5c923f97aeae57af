package org.intraq.models.file;

import java.util.List;

/**
 * The values of an ONNX tensor's typed field (float_data, int32_data ..), decoded from their places
 * in the file. Types of 8 and 16 bits lie one to a varint in int32_data, U32 in uint64_data.
 *
 * @param source the file
 * @param runs the places, in order
 * @param wire the wire type of one value
 * @param type the element type
 */
record OnnxTypedBytes(ByteSource source, List<Run> runs, int wire, ElementType type)
    implements TensorBytes {

  /** A packed block of values, or consecutive fields of one value each with their tags. */
  record Run(long start, long end, boolean packed) {}

  /** The field number that holds values of a type. */
  static int field(ElementType type) {
    return switch (type) {
      case F32 -> 4;
      case I32, I16, I8, U16, U8, BOOL, F16, BF16 -> 5;
      case I64 -> 7;
      case F64 -> 10;
      case U64, U32 -> 11;
    };
  }

  /** The wire type of one value of a field. */
  static int wire(int field) {
    return switch (field) {
      case 4 -> ProtoCursor.FIXED32;
      case 10 -> ProtoCursor.FIXED64;
      default -> ProtoCursor.VARINT;
    };
  }

  /** The number of values in a packed block, or -1 when the last one is cut. */
  static long count(ByteSource source, ProtoCursor.Place at, int wire) {
    if (wire != ProtoCursor.VARINT) {
      int bytes = wire == ProtoCursor.FIXED32 ? 4 : 8;
      return at.length() % bytes == 0 ? at.length() / bytes : -1;
    }
    // Every varint ends in its only byte below 128.
    long[] count = {0};
    int[] last = {0};
    new TensorBytes.Range(source, at.start(), at.length())
        .stream(
            (chunk, length) -> {
              for (int i = 0; i < length; i++) {
                count[0] += chunk[i] >= 0 ? 1 : 0;
              }
              last[0] = chunk[length - 1];
            });
    return last[0] >= 0 ? count[0] : -1;
  }

  /** Where the elements come from: one range when they lie dense as they are. */
  static TensorBytes of(ByteSource source, List<Run> runs, int wire, ElementType type) {
    if (runs.size() == 1 && runs.getFirst().packed && wire != ProtoCursor.VARINT) {
      Run run = runs.getFirst();
      return new TensorBytes.Range(source, run.start, run.end - run.start);
    }
    return new OnnxTypedBytes(source, List.copyOf(runs), wire, type);
  }

  @Override
  public void stream(Sink sink) {
    // A value takes at least one byte in the file, so a small tensor gets a small chunk.
    long most = runs.stream().mapToLong(r -> r.end - r.start).sum() * type.bytes();
    byte[] chunk = new byte[(int) Math.min(CHUNK_BYTES, most)];
    int at = 0;
    for (Run run : runs) {
      ByteCursor in = new ByteCursor(source, run.start, run.end);
      while (in.remaining() > 0) {
        if (!run.packed) {
          ProtoCursor.varint(in);
        }
        long value =
            switch (wire) {
              case ProtoCursor.FIXED32 -> in.i32();
              case ProtoCursor.FIXED64 -> in.i64();
              default -> ProtoCursor.varint(in);
            };
        for (int b = 0; b < type.bytes(); b++) {
          chunk[at++] = (byte) (value >>> 8 * b);
        }
        if (at == chunk.length) {
          sink.accept(chunk, at);
          at = 0;
        }
      }
    }
    if (at > 0) {
      sink.accept(chunk, at);
    }
  }
}
