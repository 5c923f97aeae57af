package org.intraq.models.file;

import static org.intraq.models.file.Hostile.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class HostileOnnxTest {
  /** Writes protobuf messages, also impossible ones. */
  private static final class Proto {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    Proto varint(long value) {
      long v = value;
      for (; (v & ~0x7FL) != 0; v >>>= 7) {
        out.write((int) v & 0x7F | 0x80);
      }
      out.write((int) v);
      return this;
    }

    Proto integer(int field, long value) {
      return varint((long) field << 3).varint(value);
    }

    Proto bytes(int field, byte[] value) {
      varint((long) field << 3 | 2).varint(value.length);
      return raw(value);
    }

    Proto text(int field, String value) {
      return bytes(field, value.getBytes(StandardCharsets.UTF_8));
    }

    Proto message(int field, Proto value) {
      return bytes(field, value.toBytes());
    }

    Proto raw(byte[] value) {
      out.writeBytes(value);
      return this;
    }

    byte[] toBytes() {
      return out.toByteArray();
    }
  }

  private static byte[] model(Proto... initializers) {
    Proto graph = new Proto();
    for (Proto i : initializers) {
      graph.message(5, i);
    }
    return new Proto().integer(1, 8).message(7, graph).toBytes();
  }

  private static Proto tensor(long type, long... dims) {
    Proto out = new Proto();
    for (long d : dims) {
      out.integer(1, d);
    }
    return out.integer(2, type).text(8, "w");
  }

  static Stream<Arguments> refused() {
    byte[] eight = new byte[8];
    Proto location = new Proto().text(1, "location").text(2, "../../etc/passwd");
    byte[] endless = new byte[11];
    Arrays.fill(endless, (byte) 0xFF);
    return Stream.of(
        Arguments.of(
            "in another file, '../../etc/passwd'",
            model(tensor(1, 2).message(13, location).integer(14, 1))),
        Arguments.of("in another file", model(tensor(1, 2).integer(14, 1))),
        Arguments.of("takes 8 bytes, but has 0", model(tensor(1, 2))),
        Arguments.of("takes 8 bytes, but has 4", model(tensor(1, 2).bytes(9, new byte[4]))),
        Arguments.of("takes 8 bytes, but has 12", model(tensor(1, 2).bytes(9, new byte[12]))),
        Arguments.of("takes 2 values, but has 1", model(tensor(1, 2).bytes(4, new byte[4]))),
        Arguments.of("takes 2 bytes, but has 3", model(tensor(22, 3).bytes(9, new byte[3]))),
        Arguments.of("takes 2 values, but has 1", model(tensor(21, 4).bytes(5, new byte[1]))),
        Arguments.of("broken block", model(tensor(1, 2).bytes(4, new byte[7]))),
        Arguments.of("broken block", model(tensor(7, 1).bytes(7, new byte[] {-1}))),
        Arguments.of("F32 data in field 5", model(tensor(1, 8).bytes(5, eight))),
        Arguments.of("data in several fields", model(tensor(1, 2).bytes(4, eight).bytes(5, eight))),
        Arguments.of("raw and typed", model(tensor(1, 2).bytes(4, eight).bytes(9, eight))),
        Arguments.of("dimension of -1", model(tensor(1, -1).bytes(9, eight))),
        Arguments.of("dimension of 1099511627776", model(tensor(1, 1L << 40))),
        Arguments.of(
            "too many elements", model(tensor(1, 1 << 30, 1 << 30, 1 << 30).bytes(9, eight))),
        Arguments.of("more than 64 dimensions", model(tensor(1, new long[65]))),
        Arguments.of("more than 64 dimensions", model(new Proto().bytes(1, new byte[65]))),
        Arguments.of("data type 8", model(tensor(8, 1))),
        Arguments.of("data type -5", model(tensor(-5, 1))),
        Arguments.of("data type 4294967297", model(tensor((1L << 32) + 1, 1))),
        Arguments.of("in segments", model(tensor(1, 1).message(3, new Proto()))),
        Arguments.of(
            "two tensors named 'w'",
            model(tensor(1, 2).bytes(9, eight), tensor(1, 2).bytes(9, eight))),
        Arguments.of(
            "sparse initializers",
            new Proto().integer(1, 8).message(7, new Proto().message(15, new Proto())).toBytes()),
        Arguments.of(
            "two graphs",
            new Proto().integer(1, 8).message(7, new Proto()).message(7, new Proto()).toBytes()),
        Arguments.of("without a graph", new Proto().integer(1, 8).text(2, "x").toBytes()),
        Arguments.of("wire type 2, not 0", new Proto().integer(1, 8).bytes(5, eight).toBytes()),
        Arguments.of(
            "wire type 3", new Proto().integer(1, 8).varint(99 << 3 | 3).varint(1).toBytes()),
        Arguments.of("field number 0", new Proto().integer(1, 8).varint(2).toBytes()),
        Arguments.of("more than ten bytes", new Proto().integer(1, 8).raw(endless).toBytes()),
        Arguments.of(
            "more than ten bytes", model(tensor(7, 1).bytes(7, Arrays.copyOf(endless, 12)))),
        Arguments.of(
            "truncated",
            new Proto().integer(1, 8).varint(7 << 3 | 2).varint(Long.MAX_VALUE).toBytes()),
        Arguments.of(
            "truncated: a field of 18446744073709551615 bytes",
            new Proto().integer(1, 8).varint(7 << 3 | 2).varint(-1).toBytes()),
        Arguments.of("truncated", new Proto().integer(1, 8).varint(99 << 3 | 1).toBytes()));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void brokenModelsAreRefused(String reason, byte[] file) {
    assertRefused(reason, file);
  }

  @Test
  void tooManyPropertiesAndInitializers() {
    Proto model = new Proto().integer(1, 8);
    for (int i = 0; i < 2 * Limits.METADATA; i++) {
      model.message(14, new Proto().text(1, "k" + i).text(2, "v"));
    }
    assertRefused("more than 1000 properties", model.toBytes());
    Proto graph = new Proto();
    byte[] empty = new Proto().integer(1, 0).integer(2, 1).toBytes();
    for (int i = 0; i <= Limits.TENSORS; i++) {
      graph.bytes(5, empty);
    }
    assertRefused("initializers", new Proto().integer(1, 8).message(7, graph).toBytes());
  }

  @Test
  void scatteredValuesAreReadWithinLimits() {
    Proto packedAndSingle =
        tensor(6, 5)
            .bytes(5, new byte[] {1, 2})
            .integer(5, -3)
            .integer(5, 4)
            .bytes(5, new byte[] {5});
    assertArrayEquals(
        new long[] {1, 2, -3, 4, 5},
        WeightFiles.read("m", model(packedAndSingle)).tensor("w").toLongs());
    Proto scattered = tensor(6, 100);
    for (int i = 0; i < 100; i++) {
      scattered.bytes(5, new byte[] {1});
    }
    assertRefused("scattered", model(scattered));
    Proto floats = tensor(1, 2).varint(4 << 3 | 5).raw(new byte[] {0, 0, -128, 63});
    floats.varint(4 << 3 | 5).raw(new byte[] {0, 0, 0, 64});
    assertArrayEquals(
        new float[] {1, 2}, WeightFiles.read("m", model(floats)).tensor("w").toFloats());
    assertEquals(1, WeightFiles.read("m", model(tensor(1, 0))).tensors().size());
  }

  @Test
  void halfBytesAreReadOneAByte() {
    byte[] packed = {(byte) 0x81, 0x7F, 0x05};
    for (Proto signed :
        new Proto[] {
          tensor(22, 5).bytes(9, packed),
          tensor(22, 5).integer(5, 0x81).integer(5, 0x7F).integer(5, 0x05)
        }) {
      NamedTensor t = WeightFiles.read("m", model(signed)).tensor("w");
      assertEquals(ElementType.I8, t.type());
      assertArrayEquals(new long[] {1, -8, -1, 7, 5}, t.toLongs());
    }
    NamedTensor t = WeightFiles.read("m", model(tensor(21, 5).bytes(9, packed))).tensor("w");
    assertEquals(ElementType.U8, t.type());
    assertArrayEquals(new long[] {1, 8, 15, 7, 5}, t.toLongs());
    byte[] many = new byte[300_001];
    Arrays.fill(many, (byte) 0x21);
    t = WeightFiles.read("m", model(tensor(22, 600_001).bytes(9, many))).tensor("w");
    byte[] values = t.toBytes();
    assertEquals(600_001, values.length);
    for (int i = 0; i < values.length; i++) {
      assertEquals(1 + i % 2, values[i], "element " + i);
    }
  }

  @Test
  void manyTypedValuesCrossChunks() {
    int n = 300_000;
    Proto packed = new Proto();
    for (int i = 0; i < n; i++) {
      packed.varint(i % 1000);
    }
    Proto t = tensor(5, n).bytes(5, packed.toBytes());
    long[] values = WeightFiles.read("m", model(t)).tensor("w").toLongs();
    for (int i = 0; i < n; i++) {
      assertEquals(i % 1000, values[i]);
    }
  }
}
