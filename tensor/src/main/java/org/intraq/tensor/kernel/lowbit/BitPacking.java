package org.intraq.tensor.kernel.lowbit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Codes of k bits as a dense stream of bits, for files and for resident weights.
 *
 * <pre>
 * code i = bits i*k .. i*k + k-1 of the stream; bit b of the stream = bit (b mod 8) of byte b / 8.
 * Eight codes fill k bytes exactly:
 *
 *   k = 3    byte 0        byte 1        byte 2
 *            22111000      54443332      77766655      (digit = which code; left = high bit)
 *   k = 4    11110000      33332222      55554444 ...
 *
 * Signed codes keep their low k bits (two's complement). Bits after the last code are 0.
 * </pre>
 *
 * <p>Eight codes move at a time: {@link Long#expand} spreads k bytes over the eight bytes of a
 * long, {@link Long#compress} gathers them (one instruction each on x86 with BMI2).
 */
public final class BitPacking {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EVERY_BYTE = 0x0101010101010101L;

  private BitPacking() {}

  /** Bytes that {@code count} codes of {@code bits} bits take: ceil(count * bits / 8). */
  public static long packedBytes(int count, int bits) {
    return ((long) count * bits + 7) / 8;
  }

  /**
   * Packs the low bits of {@code count} bytes; writes {@link #packedBytes} bytes.
   *
   * @throws IllegalArgumentException if the width is outside 2 to 8, or a range outside its array
   */
  public static void pack(
      byte[] codes, int codesOffset, int count, int bits, byte[] packed, int packedOffset) {
    long end = packedBytes(count, bits);
    check("packed", codes, codesOffset, count, bits, packed, packedOffset, end);
    long mask = EVERY_BYTE * ((1 << bits) - 1);
    int at = packedOffset;
    int i = 0;
    for (; i + 8 <= count; i += 8, at += bits) {
      long stream = Long.compress((long) LONG.get(codes, codesOffset + i), mask);
      if (i + 16 <= count && at + 8 <= packed.length && at + 8 - packedOffset <= end) {
        // The bytes after these k are zero now and belong to later codes.
        LONG.set(packed, at, stream);
      } else {
        putLow(packed, at, stream, bits);
      }
    }
    if (i < count) {
      long stream = 0;
      for (int j = i; j < count; j++) {
        stream |= (codes[codesOffset + j] & ((1L << bits) - 1)) << ((j - i) * bits);
      }
      putLow(packed, at, stream, (int) packedBytes(count - i, bits));
    }
  }

  /** Unpacks codes {@code first} to {@code first + count - 1} of a stream as unsigned numbers. */
  public static void unpackUnsigned(
      byte[] packed, int packedOffset, int first, int count, int bits, byte[] codes, int offset) {
    unpack(packed, packedOffset, first, count, bits, codes, offset, 0);
  }

  /** Unpacks codes {@code first} to {@code first + count - 1} of a stream as signed numbers. */
  public static void unpackSigned(
      byte[] packed, int packedOffset, int first, int count, int bits, byte[] codes, int offset) {
    unpack(packed, packedOffset, first, count, bits, codes, offset, 1 << (bits - 1));
  }

  /** Unpacks; {@code sign} is the sign bit of a code, or 0 for unsigned codes. */
  private static void unpack(
      byte[] packed,
      int packedOffset,
      int first,
      int count,
      int bits,
      byte[] codes,
      int offset,
      int sign) {
    long end = packedBytes(first + count, bits);
    check("unpacked", codes, offset, count, bits, packed, packedOffset, end);
    int i = 0;
    for (; i < count && (first + i) % 8 != 0; i++) {
      codes[offset + i] = single(packed, packedOffset, first + i, bits, sign);
    }
    long mask = EVERY_BYTE * ((1 << bits) - 1);
    long flip = EVERY_BYTE * sign;
    // (u ^ sign) - sign in every byte; the 128 keeps each difference from borrowing.
    long bias = EVERY_BYTE * ((128 - sign) & 0xff);
    long top = 0x8080808080808080L;
    int at = packedOffset + (first + i) / 8 * bits;
    for (; i + 8 <= count && at + 8 <= packed.length; i += 8, at += bits) {
      long spread = Long.expand((long) LONG.get(packed, at), mask);
      if (sign != 0 && bits < 8) {
        spread = ((spread ^ flip) + bias) ^ top;
      }
      LONG.set(codes, offset + i, spread);
    }
    for (; i < count; i++) {
      codes[offset + i] = single(packed, packedOffset, first + i, bits, sign);
    }
  }

  private static byte single(byte[] packed, int packedOffset, int index, int bits, int sign) {
    long bit = (long) index * bits;
    int at = packedOffset + (int) (bit >>> 3);
    int shift = (int) bit & 7;
    int word = packed[at] & 0xff;
    if (shift + bits > 8) {
      word |= (packed[at + 1] & 0xff) << 8;
    }
    int code = (word >>> shift) & ((1 << bits) - 1);
    return (byte) ((code ^ sign) - sign);
  }

  private static void putLow(byte[] array, int at, long value, int bytes) {
    for (int b = 0; b < bytes; b++) {
      array[at + b] = (byte) (value >>> (8 * b));
    }
  }

  /** {@code done} is a constant: a text put together here would be an object for each call. */
  private static void check(
      String done,
      byte[] codes,
      int codesOffset,
      int count,
      int bits,
      byte[] packed,
      int packedOffset,
      long packedEnd) {
    CodeBits.check(bits, done);
    if (count < 0 || codesOffset < 0 || count > codes.length - codesOffset) {
      throw new IllegalArgumentException(
          done + ": expected " + count + " codes in an array of " + codes.length);
    }
    if (packedOffset < 0 || packedOffset + packedEnd > packed.length) {
      throw new IllegalArgumentException(
          done
              + ": expected "
              + packedEnd
              + " bytes of stream from offset "
              + packedOffset
              + ", got an array of "
              + packed.length);
    }
  }
}
