package org.intraq.models.file;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** One {@code TensorProto}: its fields as they come, checked together at the end. */
final class OnnxTensor {
  // Field numbers.
  private static final int DIMS = 1;
  private static final int DATA_TYPE = 2;
  private static final int SEGMENT = 3;
  private static final int FLOAT_DATA = 4;
  private static final int INT32_DATA = 5;
  private static final int INT64_DATA = 7;
  private static final int NAME = 8;
  private static final int RAW_DATA = 9;
  private static final int DOUBLE_DATA = 10;
  private static final int UINT64_DATA = 11;
  private static final int EXTERNAL_DATA = 13;
  private static final int DATA_LOCATION = 14;

  private static final long UINT4 = 21;
  private static final long INT4 = 22;

  /** Runs of one typed field; a writer makes one. */
  private static final int MOST_RUNS = 64;

  private final ByteSource source;
  private final long[] dims = new long[Limits.RANK];
  private final List<OnnxTypedBytes.Run> runs = new ArrayList<>();
  private int rank;
  private long dataType;
  private String name = "";
  private ProtoCursor.Place raw;
  private String external;
  private int typedField;
  private long typedValues;

  /** Reads the fields of {@code proto}. */
  OnnxTensor(ByteSource source, ProtoCursor proto) {
    this.source = source;
    while (proto.next()) {
      switch (proto.field()) {
        case DIMS -> readDims(proto);
        case DATA_TYPE -> dataType = proto.integer();
        case SEGMENT -> throw proto.failure("ONNX initializer in segments, not supported");
        case FLOAT_DATA, INT32_DATA, INT64_DATA, DOUBLE_DATA, UINT64_DATA -> readTyped(proto);
        case NAME -> name = proto.text();
        case RAW_DATA -> raw = proto.place();
        case EXTERNAL_DATA -> {
          String[] pair = pair(proto.message());
          external = pair[0].equals("location") || external == null ? pair[1] : external;
        }
        case DATA_LOCATION -> {
          if (proto.integer() != 0 && external == null) {
            external = "";
          }
        }
        default -> proto.skip();
      }
    }
  }

  /** A {@code StringStringEntryProto}: key and value. */
  static String[] pair(ProtoCursor entry) {
    String[] out = {"", ""};
    while (entry.next()) {
      switch (entry.field()) {
        case 1 -> out[0] = entry.text();
        case 2 -> out[1] = entry.text();
        default -> entry.skip();
      }
    }
    return out;
  }

  private void readDims(ProtoCursor proto) {
    if (proto.wire() == ProtoCursor.VARINT) {
      addDim(proto, proto.integer());
      return;
    }
    ProtoCursor.Place packed = proto.place();
    ByteCursor in = new ByteCursor(source, packed.start(), packed.start() + packed.length());
    while (in.remaining() > 0) {
      addDim(proto, ProtoCursor.varint(in));
    }
  }

  private void addDim(ProtoCursor proto, long dim) {
    if (rank == dims.length) {
      throw proto.failure("ONNX initializer of more than " + Limits.RANK + " dimensions");
    }
    dims[rank++] = dim;
  }

  /** A block of packed values, or a run of single ones: remembered by place, decoded on demand. */
  private void readTyped(ProtoCursor proto) {
    if (typedField != 0 && typedField != proto.field()) {
      throw proto.failure("ONNX initializer with data in several fields");
    }
    typedField = proto.field();
    int wire = OnnxTypedBytes.wire(typedField);
    if (proto.wire() == ProtoCursor.BYTES) {
      ProtoCursor.Place at = proto.place();
      long values = OnnxTypedBytes.count(source, at, wire);
      if (values < 0) {
        throw proto.failure("ONNX initializer with a broken block of values");
      }
      addRun(proto, new OnnxTypedBytes.Run(at.start(), at.start() + at.length(), true));
      typedValues += values;
      return;
    }
    if (proto.wire() != wire) {
      throw proto.failure("ONNX initializer with values of wire type " + proto.wire());
    }
    long start = proto.tagStart();
    proto.skip();
    OnnxTypedBytes.Run last = runs.isEmpty() ? null : runs.getLast();
    if (last != null && !last.packed() && last.end() == start) {
      runs.removeLast();
      start = last.start();
    }
    addRun(proto, new OnnxTypedBytes.Run(start, proto.position(), false));
    typedValues++;
  }

  private void addRun(ProtoCursor proto, OnnxTypedBytes.Run run) {
    if (runs.size() == MOST_RUNS) {
      throw proto.failure("ONNX initializer with scattered data");
    }
    runs.add(run);
  }

  /** The tensor, once all fields are known. */
  NamedTensor toTensor() {
    String quoted = "initializer " + WeightFileException.quote(name);
    if (external != null) {
      throw source.failure(
          "%s keeps its data in another file, %s; store the model in one file"
              .formatted(quoted, WeightFileException.quote(external)));
    }
    ElementType type = type(quoted);
    int[] shape = Shapes.dimensions(source, quoted, Arrays.copyOf(dims, rank));
    long elements = Shapes.elements(source, quoted, shape);
    if (raw != null && typedField != 0) {
      throw source.failure(quoted + " has raw and typed data");
    }
    boolean halves = dataType == UINT4 || dataType == INT4;
    long stored = halves ? OnnxNibbles.packedBytes(elements) : elements;
    TensorBytes data;
    if (typedField == 0) {
      ProtoCursor.Place at = raw != null ? raw : new ProtoCursor.Place(0, 0);
      check(quoted, type, shape, stored * type.bytes(), at.length(), "bytes");
      data = new TensorBytes.Range(source, at.start(), at.length());
    } else {
      if (OnnxTypedBytes.field(type) != typedField) {
        throw source.failure(quoted + " has " + type + " data in field " + typedField);
      }
      check(quoted, type, shape, stored, typedValues, "values");
      data = OnnxTypedBytes.of(source, runs, OnnxTypedBytes.wire(typedField), type);
    }
    data = halves ? new OnnxNibbles(data, elements, dataType == INT4) : data;
    return new NamedTensor(source.name(), name, type, shape, data);
  }

  private void check(
      String quoted, ElementType type, int[] shape, long needed, long found, String unit) {
    if (needed != found) {
      throw source.failure(
          "%s: %s %s takes %d %s, but has %d"
              .formatted(quoted, type, Arrays.toString(shape), needed, unit, found));
    }
  }

  private ElementType type(String quoted) {
    return switch (Math.clamp(dataType, -1, 1000)) {
      case 1 -> ElementType.F32;
      case 2 -> ElementType.U8;
      case 3 -> ElementType.I8;
      case 4 -> ElementType.U16;
      case 5 -> ElementType.I16;
      case 6 -> ElementType.I32;
      case 7 -> ElementType.I64;
      case 9 -> ElementType.BOOL;
      case 10 -> ElementType.F16;
      case 11 -> ElementType.F64;
      case 12 -> ElementType.U32;
      case 13 -> ElementType.U64;
      case 16 -> ElementType.BF16;
      case (int) UINT4 -> ElementType.U8;
      case (int) INT4 -> ElementType.I8;
      default ->
          throw source.failure(
              quoted + " has ONNX data type " + dataType + ", which is not supported");
    };
  }
}
