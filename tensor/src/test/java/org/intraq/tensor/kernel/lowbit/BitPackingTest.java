package org.intraq.tensor.kernel.lowbit;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("kernel")
class BitPackingTest {
  @Test
  void threeBitCodesFillBytesFromTheLowEnd() {
    byte[] codes = {1, 2, 3, 4, 5, 6, 7, 0};
    byte[] packed = new byte[3];
    BitPacking.pack(codes, 0, 8, 3, packed, 0);
    // 7 = 111, 6 = 110 ...: the stream read from its last bit is 000 111 110 101 100 011 010 001.
    assertArrayEquals(new byte[] {(byte) 0b11010001, (byte) 0b01011000, (byte) 0b00011111}, packed);
  }

  @Test
  void signedCodesComeBackWithTheirSign() {
    byte[] packed = {(byte) 0b0111_1000, (byte) 0b1111_0000};
    byte[] codes = new byte[4];
    BitPacking.unpackSigned(packed, 0, 0, 4, 4, codes, 0);
    assertArrayEquals(new byte[] {-8, 7, 0, -1}, codes);
    BitPacking.unpackUnsigned(packed, 0, 0, 4, 4, codes, 0);
    assertArrayEquals(new byte[] {8, 7, 0, 15}, codes);
  }

  @net.jqwik.api.Tag("kernel")
  @Property(tries = 300)
  void unpackingAnyPartGivesBackTheCodes(
      @ForAll @IntRange(min = 2, max = 8) int bits,
      @ForAll @IntRange(max = 133) int count,
      @ForAll @IntRange(max = 40) int first,
      @ForAll boolean signed,
      @ForAll int seed) {
    Random random = new Random(seed);
    byte[] codes = new byte[count + 7];
    for (int i = 0; i < codes.length; i++) {
      int code = random.nextInt(1 << bits);
      codes[i] = (byte) (signed ? code - (1 << (bits - 1)) : code);
    }
    int bytes = (int) BitPacking.packedBytes(count, bits);
    byte[] packed = new byte[bytes + 5];
    Arrays.fill(packed, (byte) 0x5a);
    BitPacking.pack(codes, 7, count, bits, packed, 2);
    for (int i : new int[] {0, 1, bytes + 2, bytes + 3, bytes + 4}) {
      assertEquals(0x5a, packed[i], "byte outside the stream");
    }
    int from = Math.min(first, count);
    byte[] back = new byte[count - from + 2];
    Arrays.fill(back, (byte) 0x33);
    if (signed) {
      BitPacking.unpackSigned(packed, 2, from, count - from, bits, back, 1);
    } else {
      BitPacking.unpackUnsigned(packed, 2, from, count - from, bits, back, 1);
    }
    byte[] expected = new byte[count - from + 2];
    Arrays.fill(expected, (byte) 0x33);
    System.arraycopy(codes, 7 + from, expected, 1, count - from);
    assertArrayEquals(expected, back);
  }

  @Test
  void unusedBitsOfTheLastByteAreZero() {
    byte[] packed = {-1};
    BitPacking.pack(new byte[] {3}, 0, 1, 2, packed, 0);
    assertEquals(3, packed[0]);
  }

  @Test
  void aStreamThatIsTooShortIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> BitPacking.unpackSigned(new byte[2], 0, 0, 6, 3, new byte[6], 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> BitPacking.pack(new byte[6], 0, 6, 9, new byte[9], 0));
  }
}
