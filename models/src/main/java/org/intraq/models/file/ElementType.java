package org.intraq.models.file;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** The element types that weight files use, named as safetensors names them; all little endian. */
public enum ElementType {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2),
  /** Signed 64-bit integer. */
  I64(8),
  /** Signed 32-bit integer. */
  I32(4),
  /** Signed 16-bit integer. */
  I16(2),
  /** Signed 8-bit integer. */
  I8(1),
  /** Unsigned 64-bit integer. */
  U64(8),
  /** Unsigned 32-bit integer. */
  U32(4),
  /** Unsigned 16-bit integer. */
  U16(2),
  /** Unsigned 8-bit integer; also raw bytes, such as packed codes. */
  U8(1),
  /** One byte, zero or not. */
  BOOL(1);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one element. */
  public int bytes() {
    return bytes;
  }

  /** Whether elements are F64, F32, F16 or BF16. */
  public boolean isFloatingPoint() {
    return this == F64 || this == F32 || this == F16 || this == BF16;
  }

  /**
   * Converts whole elements to float: exact for F32, F16, BF16, BOOL and integers below 2^24, else
   * rounded to nearest even.
   */
  void toFloats(byte[] source, int count, float[] target, int at) {
    ByteBuffer in = ByteBuffer.wrap(source).order(ByteOrder.LITTLE_ENDIAN);
    if (this == F32) {
      in.asFloatBuffer().get(target, at, count);
      return;
    }
    for (int i = 0; i < count; i++) {
      target[at + i] =
          switch (this) {
            case F64 -> (float) in.getDouble(8 * i);
            case F32 -> in.getFloat(4 * i);
            case F16 -> Float.float16ToFloat(in.getShort(2 * i));
            case BF16 -> Float.intBitsToFloat(in.getShort(2 * i) << 16);
            case U64 -> unsignedToFloat(in.getLong(8 * i));
            default -> (float) integer(in, i);
          };
    }
  }

  /** Converts whole elements to double: exact for all but 64-bit integers beyond 2^53. */
  void toDoubles(byte[] source, int count, double[] target, int at) {
    ByteBuffer in = ByteBuffer.wrap(source).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      target[at + i] =
          switch (this) {
            case F64 -> in.getDouble(8 * i);
            case F32 -> in.getFloat(4 * i);
            case F16 -> Float.float16ToFloat(in.getShort(2 * i));
            case BF16 -> Float.intBitsToFloat(in.getShort(2 * i) << 16);
            case U64 -> unsignedToDouble(in.getLong(8 * i));
            default -> (double) integer(in, i);
          };
    }
  }

  /** Widens whole integer elements to long (U64 keeps its bits); not for floating-point types. */
  void toLongs(byte[] source, int count, long[] target, int at) {
    ByteBuffer in = ByteBuffer.wrap(source).order(ByteOrder.LITTLE_ENDIAN);
    for (int i = 0; i < count; i++) {
      target[at + i] = integer(in, i);
    }
  }

  private long integer(ByteBuffer in, int i) {
    return switch (this) {
      case I64, U64 -> in.getLong(8 * i);
      case I32 -> in.getInt(4 * i);
      case U32 -> in.getInt(4 * i) & 0xFFFF_FFFFL;
      case I16 -> in.getShort(2 * i);
      case U16 -> in.getShort(2 * i) & 0xFFFF;
      case I8 -> in.get(i);
      case U8 -> in.get(i) & 0xFF;
      case BOOL -> in.get(i) != 0 ? 1 : 0;
      case F64, F32, F16, BF16 -> throw new IllegalStateException(this + " is no integer type");
    };
  }

  /** Halves values of 2^63 and more, keeping the lost bit sticky so that rounding stays right. */
  private static float unsignedToFloat(long v) {
    return v >= 0 ? (float) v : 2 * (float) (v >>> 1 | v & 1);
  }

  private static double unsignedToDouble(long v) {
    return v >= 0 ? (double) v : 2 * (double) (v >>> 1 | v & 1);
  }
}
