package org.intraq.models.file;

import static org.intraq.models.file.Hostile.assertRefused;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class HostilePickleTest {
  @TempDir Path folder;

  private static final byte[] SIXTEEN_FLOATS = new byte[64];

  private static byte[] zip(PickleWriter pickle) {
    return ZipWriter.checkpoint(pickle.stop(), SIXTEEN_FLOATS);
  }

  /** The pickle in the place of a legacy stream's object. */
  private static byte[] legacy(PickleWriter pickle, String... keys) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    byte[] magic = {0x6c, (byte) 0xfc, (byte) 0x9c, 0x46, (byte) 0xf9, 0x20, 0x6a, (byte) 0xa8};
    out.writeBytes(new PickleWriter().op(0x8A, 10).raw(magic).op(0x50, 0x19).stop());
    out.writeBytes(new PickleWriter().op('M', 0xE9, 3).stop());
    out.writeBytes(new PickleWriter().op('}').stop());
    out.writeBytes(pickle.stop());
    PickleWriter list = new PickleWriter().ops("](");
    for (String key : keys) {
      list.text(key);
    }
    out.writeBytes(list.op('e').stop());
    for (String key : keys) {
      assertFalse(key.isEmpty());
      out.writeBytes(new byte[] {16, 0, 0, 0, 0, 0, 0, 0});
      out.writeBytes(SIXTEEN_FLOATS);
    }
    return out.toByteArray();
  }

  @ParameterizedTest
  @CsvSource({
    "os, system",
    "posix, system",
    "subprocess, Popen",
    "builtins, eval",
    "__builtin__, eval",
    "builtins, getattr",
    "torch.storage, _load_from_bytes",
    "torch.hub, load_state_dict_from_url",
    "java.lang.Runtime, exec",
    "torch._utils, _rebuild_tensor_v2.__globals__"
  })
  void callsAreRefusedByNameAndNotMade(String module, String name) throws Exception {
    Path trace = folder.resolve("trace");
    String full = "'" + module + "." + name + "'";
    PickleWriter global =
        new PickleWriter().global(module, name).op('(').text("touch " + trace).ops("tR");
    PickleWriter stackGlobal =
        new PickleWriter().text(module).text(name).op(0x93, '(').text("touch " + trace).ops("tR");
    for (PickleWriter pickle : List.of(global, stackGlobal)) {
      assertRefused(full, zip(pickle));
      assertRefused(full, legacy(pickle));
      assertRefused(full, pickle.stop());
      byte[] inner = zip(pickle);
      assertRefused(full, new ZipWriter().deflated("weights.pth", inner).toBytes());
    }
    assertFalse(Files.exists(trace));
  }

  static Stream<Arguments> refusedPickles() {
    PickleWriter deepDag = new PickleWriter().op('}').op('q', 0);
    for (int i = 1; i < 60; i++) {
      deepDag.op('}', '(');
      deepDag.text("a").op('h', i - 1).text("b").op('h', i - 1).op('u', 'q', i);
    }
    return Stream.of(
        Arguments.of("opcode INST", new PickleWriter().ops("(ios\nsystem\n")),
        Arguments.of("opcode OBJ", new PickleWriter().ops("(No")),
        Arguments.of("opcode EXT1", new PickleWriter().op(0x82, 1)),
        Arguments.of("opcode NEWOBJ_EX", new PickleWriter().op(0x92)),
        Arguments.of("opcode PERSID", new PickleWriter().ops("Pabc\n")),
        Arguments.of("opcode 0xFF", new PickleWriter().op(0xFF)),
        Arguments.of("empty stack", new PickleWriter().op('0')),
        Arguments.of("empty stack", new PickleWriter()),
        Arguments.of("empty stack", new PickleWriter().ops("N(R")),
        Arguments.of("never set", new PickleWriter().op('t')),
        Arguments.of("calls a None", new PickleWriter().ops("N)R")),
        Arguments.of("appends to a None", new PickleWriter().ops("NNa")),
        Arguments.of("sets 1 items of a dict", new PickleWriter().ops("}(Nu")),
        Arguments.of("memo slot 7, which is empty", new PickleWriter().op('h', 7)),
        Arguments.of("memo slot 4294967295", new PickleWriter().op('N', 'r').i32(-1)),
        Arguments.of("memo slot 4294967295", new PickleWriter().op('j').i32(-1)),
        Arguments.of("text that is no UTF-8", new PickleWriter().op('X').i32(2).op(0xFF, 0xFE)),
        Arguments.of("truncated", new PickleWriter().op('X').i32(Integer.MAX_VALUE)),
        Arguments.of("truncated", new PickleWriter().op(0x8D).i64(Long.MAX_VALUE)),
        Arguments.of("truncated", new PickleWriter().op(0x8D).i64(-1)),
        Arguments.of("truncated", new PickleWriter().op(0x8E).i64(Long.MIN_VALUE)),
        Arguments.of("integer of 4294967295 bytes", new PickleWriter().op(0x8B).i32(-1)),
        Arguments.of("frame of -1 bytes", new PickleWriter().op(0x95).i64(-1)),
        Arguments.of("more than 2000000 steps", new PickleWriter().repeat("}", 2_100_000)),
        Arguments.of("more than 2000000 steps", new PickleWriter().repeat("]", 2_100_000)),
        Arguments.of("more than 2000000 steps", new PickleWriter().repeat("(", 2_100_000)),
        Arguments.of(
            "32 deep", new PickleWriter().repeat("](", 600_000).op(']').repeat("e", 600_000)),
        Arguments.of("without tensors", new PickleWriter().op('N')),
        Arguments.of("32 deep", new PickleWriter().op(']', 'q', 0).ops("h\0a")),
        Arguments.of("32 deep", new PickleWriter().repeat(")", 1).repeat("\u0085", 100_000)),
        Arguments.of("32 deep", deepDag),
        Arguments.of(
            "key of more than", new PickleWriter().op('}').text("k".repeat(5000)).ops("Ns")),
        Arguments.of(
            "arguments of the wrong kind",
            new PickleWriter().global("torch._utils", "_rebuild_tensor_v2").ops(")R")),
        Arguments.of(
            "arguments of the wrong kind",
            new PickleWriter()
                .global("torch._tensor", "_rebuild_from_type_v2")
                .op('q', 0, '(', 'h', 0, 'N', '(', 'h', 0, 'N', ')', 'N', 't', 'N', 't', 'R')),
        Arguments.of("names no storage", new PickleWriter().ops("NQ")),
        Arguments.of("names no storage", new PickleWriter().storage("FloatStorage", "0", -1)),
        Arguments.of("sets attributes of a str", new PickleWriter().text("a").ops("}b")));
  }

  @ParameterizedTest
  @MethodSource("refusedPickles")
  void brokenAndGreedyPicklesAreRefused(String reason, PickleWriter pickle) {
    assertRefused(reason, zip(pickle));
    assertRefused(reason, legacy(pickle));
  }

  /** Each pass over the list would copy it: 100,000 items 100,000 times. */
  @Test
  void copiesOfContainersAreCounted() {
    PickleWriter pickle = new PickleWriter().ops("](");
    for (int i = 0; i < 50_000; i++) {
      pickle.op('K', i & 0xFF, 'N', 0x86);
    }
    pickle.op('e', 'q', 0).global("collections", "OrderedDict").op('q', 1, '0');
    pickle.repeat("h\u0001h\0\u0085R", 100_000);
    assertRefused("more than 2000000 steps", zip(pickle));
  }

  /** Without limits a dict of dicts 30 levels deep has 2^30 paths. */
  @Test
  void pathsThroughSharedContainersAreCounted() {
    PickleWriter pickle = new PickleWriter().op('}', 'q', 0);
    for (int i = 1; i < 30; i++) {
      pickle.op('}', '(').text("a").op('h', i - 1).text("b").op('h', i - 1).op('u', 'q', i);
    }
    pickle.op('}', '(').text("d").op('h', 29);
    pickle.text("t").tensor("FloatStorage", "0", 16, 0, new long[] {16}, new long[] {1}).op('u');
    assertRefused("nests its containers without end", zip(pickle));
  }

  @Test
  void aStepMoreOrLessIsNoDifferenceToHonestFiles() {
    PickleWriter pickle = new PickleWriter().op('}', '(');
    for (int i = 0; i < 30_000; i++) {
      pickle.text("layer" + i);
      pickle.tensor("FloatStorage", "0", 16, 0, new long[] {4, 4}, new long[] {4, 1});
    }
    TensorFile file = WeightFiles.read("big.pth", zip(pickle.op('u')));
    assertEquals(30_000, file.tensors().size());
  }

  static Stream<Arguments> refusedTensors() {
    long big = 1L << 40;
    return Stream.of(
        Arguments.of("outside of its storage", 16, 0, new long[] {17}, new long[] {1}),
        Arguments.of("outside of its storage", 16, 1, new long[] {16}, new long[] {1}),
        Arguments.of("outside of its storage", 16, -1, new long[] {2}, new long[] {1}),
        Arguments.of("outside of its storage", 16, 15, new long[] {2}, new long[] {-1}),
        Arguments.of("outside of its storage", 16, Long.MAX_VALUE, new long[] {2}, new long[] {1}),
        Arguments.of("outside of its storage", 16, 0, new long[] {2}, new long[] {Long.MAX_VALUE}),
        Arguments.of(
            "outside of its storage",
            16,
            0,
            new long[] {3, 3, 3},
            new long[] {Long.MAX_VALUE / 2, Long.MAX_VALUE / 2, Long.MAX_VALUE / 2}),
        Arguments.of("outside of its storage", 16, 0, new long[] {1 << 30}, new long[] {0}),
        Arguments.of("dimension of", 16, 0, new long[] {big}, new long[] {0}),
        Arguments.of("dimension of -1", 16, 0, new long[] {-1}, new long[] {1}),
        Arguments.of(
            "too many elements",
            16,
            0,
            new long[] {1 << 30, 1 << 30, 1 << 30},
            new long[] {0, 0, 0}),
        Arguments.of("should hold", 17, 0, new long[] {16}, new long[] {1}),
        Arguments.of("should hold", 1L << 50, 0, new long[] {16}, new long[] {1}),
        Arguments.of("names no storage", Long.MAX_VALUE, 0, new long[] {16}, new long[] {1}),
        Arguments.of("arguments of the wrong kind", 16, 0, new long[] {4, 4}, new long[] {1}),
        Arguments.of("arguments of the wrong kind", 16, 0, new long[65], new long[65]));
  }

  @ParameterizedTest
  @MethodSource("refusedTensors")
  void tensorsThatReachBeyondTheirStorageAreRefused(
      String reason, long elements, long offset, long[] size, long[] stride) {
    for (boolean old : new boolean[] {false, true}) {
      PickleWriter pickle =
          new PickleWriter(old).tensor("FloatStorage", "0", elements, offset, size, stride);
      assertRefused(reason, old ? legacy(pickle, "0") : zip(pickle));
    }
  }

  @Test
  void storageKeysAreNamesNotPaths() {
    for (String key : List.of("../../../../../../etc/passwd", "/etc/passwd", "..\\x", "data.pkl")) {
      for (boolean old : new boolean[] {false, true}) {
        PickleWriter pickle =
            new PickleWriter(old)
                .tensor("FloatStorage", key, 16, 0, new long[] {16}, new long[] {1});
        assertRefused("has no storage", old ? legacy(pickle) : zip(pickle));
      }
    }
  }

  @Test
  void tensorsMayShowAStorageOnlySoOften() {
    int floats = 1 << 18;
    PickleWriter pickle = new PickleWriter().op('}', '(');
    for (int i = 0; i < 5_000; i++) {
      pickle.text("t" + i);
      pickle.tensor("FloatStorage", "0", floats, 0, new long[] {floats}, new long[] {1});
    }
    assertRefused("times over", ZipWriter.checkpoint(pickle.op('u').stop(), new byte[4 * floats]));
  }

  @Test
  void legacyStoragesMustMatchTheirList() {
    long[] size = {16};
    long[] stride = {1};
    PickleWriter pickle = new PickleWriter(true).tensor("FloatStorage", "a", 16, 0, size, stride);
    assertRefused("does not use, or twice", legacy(pickle, "a", "a"));
    assertRefused("does not use, or twice", legacy(pickle, "b"));
    assertRefused("has no storage 'a'", legacy(pickle));
    byte[] good = legacy(pickle, "a");
    assertEquals(16, WeightFiles.read("good", good).elements());
    byte[] lying = good.clone();
    lying[lying.length - 64 - 1] = 0x7F;
    assertRefused("should hold 16 elements, but has", lying);
  }

  @Test
  void legacyViewsOfStoragesAreHonoured() {
    // ("storage", FloatStorage, "a", "cpu", 16, ("v", offset, elements))
    for (int[] view : new int[][] {{4, 8}, {4, 13}, {-1, 4}, {17, 0}, {4, -1}}) {
      PickleWriter pickle =
          new PickleWriter()
              .global("torch._utils", "_rebuild_tensor")
              .op('(', '(')
              .text("storage")
              .global("torch", "FloatStorage")
              .text("a")
              .text("cpu")
              .integer(16)
              .op('(')
              .text("v")
              .integer(view[0])
              .integer(view[1])
              .ops("ttQ")
              .integer(1)
              .tuple(3)
              .tuple(2)
              .ops("tR");
      byte[] file = legacy(pickle, "a");
      // The view begins at float 4; its elements 1, 3, 5 are floats 5, 7, 9.
      for (int i = 0; i < 16; i++) {
        java.nio.ByteBuffer.wrap(file)
            .order(java.nio.ByteOrder.LITTLE_ENDIAN)
            .putFloat(file.length - 64 + 4 * i, i);
      }
      if (view[0] == 4 && view[1] == 8) {
        assertArrayEquals(
            new float[] {5, 7, 9}, WeightFiles.read("v", file).tensors().getFirst().toFloats());
      } else {
        assertRefused("names no storage", file);
      }
    }
  }

  @Test
  void untypedStoragesAreReadAsTheTensorSays() {
    // torch 2: uint16 has no storage class, so the tensor carries its type.
    PickleWriter pickle =
        new PickleWriter()
            .global("torch._utils", "_rebuild_tensor_v3")
            .op('(')
            .op('(')
            .text("storage")
            .global("torch.storage", "UntypedStorage")
            .text("0")
            .text("cpu")
            .integer(64)
            .ops("tQ")
            .integer(30)
            .tuple(2)
            .tuple(1)
            .op(0x89)
            .op('}')
            .global("torch", "uint16")
            .ops("tR");
    byte[] storage = new byte[64];
    storage[60] = 1;
    storage[63] = (byte) 0x80;
    TensorFile file = WeightFiles.read("u16", ZipWriter.checkpoint(pickle.stop(), storage));
    assertEquals("tensor U16 [2]", file.tensors().getFirst().toString());
    assertArrayEquals(new float[] {1, 32768}, file.tensors().getFirst().toFloats());
  }

  @Test
  void aPickleThatIsNoCheckpoint() {
    assertRefused("no PyTorch checkpoint", new PickleWriter().text("hello").stop());
    assertRefused(
        "no weight file",
        "cos\nsystem\n(S'true'\ntR.".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }
}
