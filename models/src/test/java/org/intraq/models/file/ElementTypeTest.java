package org.intraq.models.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class ElementTypeTest {
  private static NamedTensor of(ElementType type, long... words) {
    ByteBuffer out =
        ByteBuffer.allocate(words.length * type.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    for (long w : words) {
      switch (type.bytes()) {
        case 8 -> out.putLong(w);
        case 4 -> out.putInt((int) w);
        case 2 -> out.putShort((short) w);
        default -> out.put((byte) w);
      }
    }
    return NamedTensor.ofBytes("t", type, out.array(), words.length);
  }

  @Test
  void convertsEveryTypeToFloat() {
    assertFloats(
        of(ElementType.F16, 0x3C00, 0xC000, 0x0001, 0x7C00, 0x8000),
        1,
        -2,
        0x1p-24f,
        Float.POSITIVE_INFINITY,
        -0f);
    assertFloats(of(ElementType.BF16, 0x3F80, 0xC040, 0x0001), 1, -3, 0x1p-133f);
    assertFloats(of(ElementType.F64, Double.doubleToLongBits(1 / 3d)), 1 / 3f);
    assertFloats(of(ElementType.F32, Float.floatToIntBits(-1.5f)), -1.5f);
    assertFloats(of(ElementType.I64, -5, (1L << 24) + 1), -5, 0x1p24f);
    assertFloats(of(ElementType.I32, Integer.MIN_VALUE), -0x1p31f);
    assertFloats(of(ElementType.U32, 0xFFFF_FF00L), 0xFFFFFF00p0f);
    assertFloats(of(ElementType.I16, -7, 0x7FFF), -7, 32767);
    assertFloats(of(ElementType.U16, 0xFFFF), 65535);
    assertFloats(of(ElementType.I8, -128, 127), -128, 127);
    assertFloats(of(ElementType.U8, 128, 255), 128, 255);
    assertFloats(of(ElementType.BOOL, 0, 1, 2), 0, 1, 1);
    assertFloats(of(ElementType.U64, -1, 3), 0x1p64f, 3);
  }

  private static void assertFloats(NamedTensor t, float... expected) {
    assertArrayEquals(expected, t.toFloats());
  }

  @Test
  void bfloat16IsTheUpperHalfOfAFloat() {
    for (int bits = 0; bits < 1 << 16; bits += 7) {
      float value = of(ElementType.BF16, bits).toFloats()[0];
      assertEquals(bits << 16, Float.floatToRawIntBits(value));
    }
  }

  @Property
  void unsignedLongsRoundToNearestEven(@ForAll long bits) {
    BigInteger exact = new BigInteger(Long.toUnsignedString(bits));
    assertEquals(exact.floatValue(), of(ElementType.U64, bits).toFloats()[0]);
    assertEquals(exact.doubleValue(), of(ElementType.U64, bits).toDoubles()[0]);
  }

  @Test
  void integersStayExactAsLongs() {
    assertArrayEquals(
        new long[] {Long.MIN_VALUE, -1}, of(ElementType.I64, Long.MIN_VALUE, -1).toLongs());
    assertArrayEquals(new long[] {0xFFFF_FFFFL}, of(ElementType.U32, -1).toLongs());
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> of(ElementType.F32, 0).toLongs());
    assertTrue(e.getMessage().contains("'t' is F32, not of an integer type"), e.getMessage());
  }

  @Test
  void tensorsInMemoryMustFitTheirShape() {
    assertThrows(
        IllegalArgumentException.class, () -> NamedTensor.ofFloats("t", new float[3], 2, 2));
    assertThrows(
        IllegalArgumentException.class, () -> NamedTensor.ofFloats("t", new float[1], -1, -1));
  }
}
