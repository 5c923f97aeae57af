package org.intraq.tensor.kernel.lowbit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** Sums of unsigned bytes. */
final class Bytes {
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long EVEN = 0x00ff00ff00ff00ffL;

  private Bytes() {}

  /** Sum of {@code size} unsigned bytes. */
  static int sum(byte[] codes, int at, int size) {
    int sum = 0;
    int i = 0;
    while (i + 8 <= size) {
      // Four 16-bit fields; 64 longs add at most 2 * 64 * 255 to each.
      long fields = 0;
      int end = Math.min(size - 7, i + 512);
      for (; i < end; i += 8) {
        long eight = (long) LONG.get(codes, at + i);
        fields += (eight & EVEN) + (eight >>> 8 & EVEN);
      }
      sum += (int) ((fields & 0xffff) + (fields >>> 16 & 0xffff));
      sum += (int) ((fields >>> 32 & 0xffff) + (fields >>> 48));
    }
    for (; i < size; i++) {
      sum += codes[at + i] & 0xff;
    }
    return sum;
  }
}
