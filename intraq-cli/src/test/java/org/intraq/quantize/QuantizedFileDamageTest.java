package org.intraq.quantize;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.intraq.config.Presets;
import org.intraq.golden.Golden;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Node;
import org.intraq.models.zoo.Zoo;
import org.intraq.quantize.ActivationRanges.Range;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.cpu.CpuBackend;

/** Damaged quantized files are refused with their name, whichever byte is hit. */
final class QuantizedFileDamageTest {
  private static Path folder;
  private static byte[] whole;

  @BeforeContainer
  static void write() throws IOException {
    folder = Files.createTempDirectory("intraq-damage");
    Path file = folder.resolve("whole.safetensors");
    Zoo.Entry entry = Zoo.get("resnet20_cifar10");
    var config = Presets.of("default", Presets.Profile.CIFAR10).quantizer();
    BitPlan plan = BitPlan.uniform(entry.network(), new Bits(3, 4));
    try (Backend backend = new CpuBackend(1);
        QuantizedNetwork network =
            new QuantizedNetwork(
                backend, entry.network(), Golden.formula(entry.name(), 1), plan, config)) {
      for (Node.Activation a : entry.network().all(Node.Activation.class)) {
        network.activationRanges().put(a.name(), new Range(0, 3));
      }
      QuantizedFile.write(
          file, network, entry.architecture(), entry.preprocessing(), Map.of("made", "by a test"));
    }
    whole = Files.readAllBytes(file);
  }

  @AfterContainer
  static void delete() throws IOException {
    try (var files = Files.list(folder)) {
      for (Path file : files.toList()) {
        Files.delete(file);
      }
    }
    Files.delete(folder);
  }

  private static WeightFileException refused(byte[] bytes) throws IOException {
    Path file = Files.write(folder.resolve("damaged.safetensors"), bytes);
    var refusal = assertThrows(WeightFileException.class, () -> QuantizedFile.read(file));
    assertTrue(refusal.getMessage().contains("damaged.safetensors"), refusal.getMessage());
    return refusal;
  }

  @Example
  void theWholeFileIsRead() {
    var content = QuantizedFile.read(folder.resolve("whole.safetensors"));
    assertEquals("resnet20_cifar10", content.network().name());
    assertEquals(22, content.codes().size(), "20 layers and two projections");
    assertEquals(3, content.codes().get("output").bits());
    var weights = content.weights().get("output.weight").values();
    var codes = content.codes().get("output");
    float[] numbers = codes.wholeNumbers();
    // [10, 64] in the file, [64, 10] in the engine.
    assertEquals(weights[64], numbers[1] / codes.multiplier()[1], 1e-6f);
  }

  @Property(tries = 300)
  void aFlippedByte(
      @ForAll @IntRange(max = 1 << 20) int at, @ForAll @IntRange(min = 1, max = 255) int flip)
      throws IOException {
    byte[] bytes = whole.clone();
    bytes[at % bytes.length] ^= (byte) flip;
    refused(bytes);
  }

  /** The header is the place where flips lead furthest. */
  @Property(tries = 300)
  void aFlippedByteOfTheHeader(
      @ForAll @IntRange(max = 1 << 14) int at, @ForAll @IntRange(min = 1, max = 255) int flip)
      throws IOException {
    aFlippedByte(at, flip);
  }

  /** JSON reads these as the same: a space of the header's padding that became a tab. */
  @Example
  void flippedPadding() throws IOException {
    int end = 8 + (int) ByteBuffer.wrap(whole).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int begin = end;
    while (whole[begin - 1] == ' ') {
      begin--;
    }
    assertTrue(begin < end, "the header is padded");
    for (int at = begin; at < end; at++) {
      for (byte space : new byte[] {'\t', '\n', '\r'}) {
        byte[] bytes = whole.clone();
        bytes[at] = space;
        refused(bytes);
      }
    }
  }

  @Property(tries = 100)
  void aTruncatedFile(@ForAll @IntRange(max = 1 << 20) int length) throws IOException {
    refused(Arrays.copyOf(whole, length % whole.length));
  }

  @Property(tries = 50)
  void aZeroedRegion(
      @ForAll @IntRange(max = 1 << 20) int at, @ForAll @IntRange(min = 64, max = 4096) int size)
      throws IOException {
    byte[] bytes = whole.clone();
    int from = at % bytes.length;
    Arrays.fill(bytes, from, Math.min(bytes.length, from + size), (byte) 0);
    if (!Arrays.equals(bytes, whole)) {
      refused(bytes);
    }
  }

  /** Files of format 2, with a tensor for each name, are read as what they were. */
  @Example
  void theFormatBefore() throws IOException {
    var file = WeightFiles.open(folder.resolve("whole.safetensors"));
    var content = QuantizedFile.content(file);
    var tensors =
        PackedTensors.unpack(file, QuantizedFile.slots(content.network(), content.plan(), true));
    Map<String, String> metadata = new TreeMap<>(file.metadata());
    metadata.put("format", "intraq-quantized-2");
    metadata.remove("weight_granularity");
    metadata.put(Checksum.KEY, Checksum.of(tensors, metadata));
    Path old = folder.resolve("old.safetensors");
    SafetensorsWriter.write(old, tensors, metadata);
    assertSameContent(content, QuantizedFile.read(old));
    metadata.put("format", "intraq-quantized-9");
    SafetensorsWriter.write(old, tensors, metadata);
    var refusal = assertThrows(WeightFileException.class, () -> QuantizedFile.read(old));
    assertTrue(refusal.getMessage().contains("intraq-quantized-9"), refusal.getMessage());
    assertTrue(refusal.getMessage().contains("old.safetensors"), refusal.getMessage());
  }

  private static void assertSameContent(QuantizedFile.Content want, QuantizedFile.Content got) {
    assertEquals(want.codes(), got.codes());
    assertEquals(want.ranges(), got.ranges());
    assertEquals(want.plan().allWeights(), got.plan().allWeights());
    assertEquals(want.plan().allActivations(), got.plan().allActivations());
    want.weights()
        .entries()
        .forEach(
            (name, entry) ->
                assertArrayEquals(entry.values(), got.weights().get(name).values(), 0f, name));
  }

  /** A checksum that fits does not make a file whole: too few or too many elements are refused. */
  @Example
  void elementsThatAreMissingOrTooMany() throws IOException {
    var file = WeightFiles.open(folder.resolve("whole.safetensors"));
    for (NamedTensor tensor : file.tensors()) {
      byte[] all = tensor.toBytes();
      int unit = tensor.type().bytes();
      for (int length : new int[] {all.length - unit, all.length + unit}) {
        if (length < 0) {
          continue;
        }
        List<NamedTensor> tensors = new ArrayList<>(file.tensors());
        tensors.remove(tensor);
        byte[] bytes = Arrays.copyOf(all, length);
        tensors.add(NamedTensor.ofBytes(tensor.name(), tensor.type(), bytes, bytes.length / unit));
        Map<String, String> metadata = new TreeMap<>(file.metadata());
        metadata.put(Checksum.KEY, Checksum.of(tensors, metadata));
        refused(SafetensorsWriter.toBytes(tensors, metadata));
      }
    }
  }

  @Example
  void bytesBehindTheEnd() throws IOException {
    refused(Arrays.copyOf(whole, whole.length + 3));
  }

  private static String refusedWith(String key, String value) {
    var file = WeightFiles.open(folder.resolve("whole.safetensors"));
    Map<String, String> metadata = new TreeMap<>(file.metadata());
    metadata.put(key, value);
    List<NamedTensor> tensors = List.copyOf(file.tensors());
    metadata.put(Checksum.KEY, Checksum.of(tensors, metadata));
    Path foreign = folder.resolve("foreign.safetensors");
    SafetensorsWriter.write(foreign, tensors, metadata);
    return assertThrows(WeightFileException.class, () -> QuantizedFile.read(foreign)).getMessage();
  }

  /** Of a writer whose checksum is right. */
  @Example
  void whatNoNetworkHas() {
    String activation =
        QuantizedFile.read(folder.resolve("whole.safetensors")).ranges().keySet().iterator().next();
    for (int bits : new int[] {9, 1, -4}) {
      String message = refusedWith("activation_bits", "{\"" + activation + "\":" + bits + "}");
      assertTrue(message.contains("expected 0 or 2 to 8 bits, got " + bits), message);
    }
    String message = refusedWith("weight_bits", "{\"no.such.layer\":4}");
    assertTrue(message.contains("'no.such.layer', which the network has not"), message);
    message = refusedWith("network", "x\u001b]0;y");
    assertTrue(message.contains("control characters"), message);
  }

  /** Pixels that reach farther have a quantizer of their own. */
  @Example
  void codesOfImagesFollowThePreprocessing() {
    QuantizedFile.Content content = QuantizedFile.read(folder.resolve("whole.safetensors"));
    Preprocessing own = content.preprocessing();
    List<Double> small = own.std().stream().map(std -> std / 10).toList();
    Preprocessing far =
        new Preprocessing(
            own.resize(), own.resizeTo(), own.size(), own.pad(), own.channels(), own.mean(), small);
    Node first = BitPlan.layers(content.network()).getFirst();
    var near = IntegerScheme.of(content, true).layer(first).added();
    var range = IntegerScheme.of(content.with(far), true).layer(first).added();
    assertEquals(10 * near.hi(), range.hi(), 1e-3);
    assertEquals(10 * near.lo(), range.lo(), 1e-3);
  }
}
