package org.intraq.models.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SafetensorsTest {
  @TempDir Path folder;

  private static final List<NamedTensor> SAMPLE =
      List.of(
          NamedTensor.ofFloats("b.weight", new float[] {1, -2, 3.5f, Float.NaN, 0, -0f}, 2, 3),
          NamedTensor.ofBytes("codes", ElementType.U8, new byte[] {-1, 0, 17}, 3),
          NamedTensor.ofLongs("steps", new long[] {1L << 40}),
          NamedTensor.ofDoubles("d", new double[] {Math.PI}, 1),
          NamedTensor.ofInts("empty", new int[0], 0, 4),
          NamedTensor.ofBytes("half", ElementType.F16, new byte[] {0, 0x3C, 1, 0}, 2));

  private static TensorFile read(byte[] bytes) {
    return WeightFiles.read("x.safetensors", bytes);
  }

  static byte[] file(String header, int dataBytes) {
    byte[] json = header.getBytes(StandardCharsets.UTF_8);
    ByteBuffer out =
        ByteBuffer.allocate(8 + json.length + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
    return out.putLong(json.length).put(json).array();
  }

  @Test
  void writesAndReadsBack() {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, SAMPLE, Map.of("note", "zwei \"Zeilen\"\nhier"));
    TensorFile back = WeightFiles.open(file);
    assertEquals(WeightFormat.SAFETENSORS, back.format());
    assertEquals(Map.of("note", "zwei \"Zeilen\"\nhier"), back.metadata());
    assertEquals(SAMPLE.size(), back.tensors().size());
    for (NamedTensor t : SAMPLE) {
      NamedTensor b = back.tensor(t.name());
      assertEquals(t.toString(), b.toString());
      assertArrayEquals(t.toBytes(), b.toBytes(), t.name());
    }
    assertArrayEquals(new float[] {255, 0, 17}, back.tensor("codes").toFloats());
    assertArrayEquals(new float[] {1, 0x1p-24f}, back.tensor("half").toFloats());
    assertArrayEquals(new long[] {1L << 40}, back.tensor("steps").toLongs());
    assertEquals(0, back.tensor("steps").shape().length);
    assertEquals(6 + 3 + 1 + 1 + 0 + 2, back.elements());
  }

  @Test
  void bytesDoNotDependOnTheOrderOfTensors() {
    List<NamedTensor> reversed = new java.util.ArrayList<>(SAMPLE);
    Collections.reverse(reversed);
    byte[] bytes = SafetensorsWriter.toBytes(SAMPLE, Map.of("a", "1", "b", "2"));
    Map<String, String> other = new java.util.LinkedHashMap<>();
    other.put("b", "2");
    other.put("a", "1");
    assertArrayEquals(bytes, SafetensorsWriter.toBytes(reversed, other));
    long header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong();
    assertEquals(0, header % 8);
    // Elements of 8 bytes first, by name: "d" before "steps", then F32, F16, bytes.
    String json = new String(bytes, 8, (int) header, StandardCharsets.UTF_8);
    assertTrue(
        json.matches(
            "\\{\"__metadata__\":\\{\"a\":\"1\",\"b\":\"2\"},\"d\":.*\"steps\":.*\"b.weight\":"
                + ".*\"empty\":.*\"half\":.*\"codes\":.*} *"),
        json);
  }

  @Test
  void aFailedWriteLeavesTheOldFileAndNoOther() throws IOException {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, SAMPLE, Map.of());
    byte[] before = Files.readAllBytes(file);
    Path gone = folder.resolve("cut.safetensors");
    SafetensorsWriter.write(gone, SAMPLE, Map.of());
    List<NamedTensor> lazy = WeightFiles.open(gone).tensors();
    Files.write(gone, new byte[9]);
    assertThrows(WeightFileException.class, () -> SafetensorsWriter.write(file, lazy, Map.of()));
    assertArrayEquals(before, Files.readAllBytes(file));
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(Set.of(file, gone), left.collect(Collectors.toSet()));
    }
  }

  @Test
  void refusesToWriteWhatCannotBeReadBack() {
    NamedTensor t = NamedTensor.ofInts("t", new int[1], 1);
    Path file = folder.resolve("a");
    for (List<NamedTensor> bad :
        List.of(
            List.of(t, t), List.of(t.withName("__metadata__")), List.of(t.withName("\ud800")))) {
      assertThrows(
          IllegalArgumentException.class, () -> SafetensorsWriter.write(file, bad, Map.of()));
    }
    assertFalse(Files.exists(file));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}   | 4 | takes 8 bytes
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | 3 | truncated
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   | 5 | belong to none
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}   | 8 | belong to no tensor
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}   | 8 | span -4
          {"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}  | 4 | negative
          {"a":{"dtype":"F32","shape":[1.5],"data_offsets":[0,4]}} | 4 | no whole number
          {"a":{"dtype":"F33","shape":[1],"data_offsets":[0,4]}}   | 4 | dtype 'F33'
          {"a":{"dtype":"F32","shape":[1]}}                        | 4 | no two data_offsets
          {"a":{"dtype":"F32","data_offsets":[0,4]}}               | 4 | no shape
          {"a":{"shape":[1],"data_offsets":[0,4]}}                 | 4 | no dtype
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}} | 4 | more than 2
          {"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}} | 4 | unknown field 'x'
          {"a":3}                                                  | 0 | no object
          {"a":[[[[[[[[]]]]]]]]}                                   | 0 | no object
          {"__metadata__":{"a":1}}                                 | 0 | no text
          {"__metadata__":1}                                       | 0 | no object
          {} {}                                                    | 0 | follows
          {"a":                                                    | 0 | broken
          {"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"a":{"dtype":"F32","shape":[0],"data_offsets":[0,0]}} | 0 | Duplicate
          {"a":{"dtype":"U8","shape":[9223372036854775807],"data_offsets":[0,9223372036854775807]}} | 0 | dimension of
          {"a":{"dtype":"U8","shape":[99999999999999999999],"data_offsets":[0,1]}} | 0 | too large
          {"a":{"dtype":"F64","shape":[2147483647,2147483647,2147483647],"data_offsets":[0,8]}} | 8 | too many elements
          {"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}} | 3 | overlap
          """)
  void refusesLyingHeaders(String header, int dataBytes, String reason) {
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> read(file(header, dataBytes)));
    assertTrue(e.getMessage().startsWith("x.safetensors: "), e.getMessage());
    assertTrue(e.getMessage().contains(reason), e.getMessage());
    assertFalse(e.getMessage().contains("\n"), e.getMessage());
  }

  @Test
  void refusesNamesThatAreNoUtf8() {
    byte[] bytes = file("{\"??\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", 4);
    bytes[10] = (byte) 0xFF;
    bytes[11] = (byte) 0xFE;
    WeightFileException e = assertThrows(WeightFileException.class, () -> read(bytes));
    assertEquals("x.safetensors: safetensors header is no UTF-8", e.getMessage());
  }

  @Test
  void refusesHugeHeaderLengths() {
    for (long length : new long[] {-1, Long.MAX_VALUE, 1L << 40, 100, 1}) {
      byte[] bytes = file("{}", 4);
      ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(length);
      WeightFileException e = assertThrows(WeightFileException.class, () -> read(bytes));
      assertTrue(e.getMessage().contains("safetensors header of"), e.getMessage());
    }
    byte[] big = file("{" + " ".repeat(Limits.SAFETENSORS_HEADER_BYTES), 0);
    WeightFileException e = assertThrows(WeightFileException.class, () -> read(big));
    assertTrue(e.getMessage().contains("allowed"), e.getMessage());
  }

  @Test
  void everyTruncationIsRefused() {
    byte[] whole = SafetensorsWriter.toBytes(SAMPLE, Map.of("k", "v"));
    for (int n = 0; n < whole.length; n++) {
      byte[] part = Arrays.copyOf(whole, n);
      WeightFileException e = assertThrows(WeightFileException.class, () -> read(part));
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
    }
  }

  @Test
  void terminalSequencesInNamesDoNotReachTheMessage() {
    String header = "{\"a\\u001b[2J\\nb\":{\"dtype\":\"F32\",\"shape\":[1]}}";
    WeightFileException e = assertThrows(WeightFileException.class, () -> read(file(header, 4)));
    assertTrue(e.getMessage().contains("'a\\u001B[2J\\u000Ab'"), e.getMessage());
  }

  @Test
  void readsOneTensorOfALargeFileWithoutTheOthers() throws IOException {
    // Sparse: 3 GiB of zeros that no test machine should have to hold in memory.
    long big = 3L << 30;
    String header =
        "{\"big\":{\"dtype\":\"U8\",\"shape\":[3,1073741824],\"data_offsets\":[4,%d]},"
                .formatted(big + 4)
            + "\"small\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]}}";
    byte[] front = file(header, 4);
    ByteBuffer.wrap(front).order(ByteOrder.LITTLE_ENDIAN).putFloat(front.length - 4, 2.5f);
    Path file = folder.resolve("large.safetensors");
    Files.write(file, front);
    try (java.nio.channels.FileChannel channel =
        java.nio.channels.FileChannel.open(file, java.nio.file.StandardOpenOption.WRITE)) {
      channel.write(ByteBuffer.wrap(new byte[1]), front.length + big - 1);
    }
    TensorFile read = WeightFiles.open(file);
    assertArrayEquals(new float[] {2.5f}, read.tensor("small").toFloats());
    assertEquals(big, read.tensor("big").size());
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> read.tensor("big").toFloats());
    assertTrue(e.getMessage().contains("more than a Java array holds"), e.getMessage());
  }

  @Test
  void aFileReplacedMeanwhileIsStillTheOldOne() {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, List.of(NamedTensor.ofFloats("a", new float[] {1}, 1)), Map.of());
    NamedTensor old = WeightFiles.open(file).tensor("a");
    SafetensorsWriter.write(file, List.of(NamedTensor.ofFloats("a", new float[] {2}, 1)), Map.of());
    assertArrayEquals(new float[] {1}, old.toFloats());
    assertArrayEquals(new float[] {2}, WeightFiles.open(file).tensor("a").toFloats());
  }

  @Test
  void anInterruptedReadDoesNotSpoilTheFile() {
    Path file = folder.resolve("a.safetensors");
    SafetensorsWriter.write(file, SAMPLE, Map.of());
    NamedTensor t = WeightFiles.open(file).tensor("b.weight");
    Thread.currentThread().interrupt();
    assertThrows(WeightFileException.class, t::toFloats);
    assertTrue(Thread.interrupted());
    assertArrayEquals(new float[] {1, -2, 3.5f, Float.NaN, 0, -0f}, t.toFloats());
  }

  @Test
  void namesFilesThatAreAbsentOrForeign() throws IOException {
    assertTrue(message(folder.resolve("none")).endsWith("none: no such file or folder"));
    assertTrue(message(folder).endsWith("is a folder, not a weight file"));
    Path file = folder.resolve("f");
    Files.write(file, new byte[0]);
    assertTrue(message(file).endsWith("f: is empty"));
    Files.writeString(file, "\u0089HDF\r\n\u001a\n", StandardCharsets.ISO_8859_1);
    assertTrue(message(file).contains("f: is an HDF5 (Keras) file; supported are"));
    Files.writeString(file, "hello, this is text");
    assertTrue(message(file).contains("f: is no weight file that is understood"));
  }

  private static String message(Path file) {
    return assertThrows(WeightFileException.class, () -> WeightFiles.open(file)).getMessage();
  }

  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10_akamaster.safetensors, 97, 271098",
    "mobilenet_v1_0.75_224_imagenet.safetensors, 137, 2601976",
    "mobilenet_v2_1.0_224_imagenet_merged.safetensors, 262, 3538984"
  })
  void readsRealFilesAndRewritesThem(String name, int tensors, long elements) {
    TensorFile file = WeightFiles.open(SharedWeights.file("weights/" + name));
    assertEquals(tensors, file.tensors().size());
    assertEquals(elements, file.elements());
    TensorFile back =
        WeightFiles.read("copy", SafetensorsWriter.toBytes(file.tensors(), file.metadata()));
    assertEquals(file.metadata(), back.metadata());
    for (NamedTensor t : file.tensors()) {
      assertArrayEquals(t.shape(), back.tensor(t.name()).shape());
      assertArrayEquals(t.toBytes(), back.tensor(t.name()).toBytes(), t.name());
    }
  }
}
