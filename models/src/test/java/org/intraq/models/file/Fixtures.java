package org.intraq.models.file;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;

/** The small files that PyTorch and ONNX wrote; make_fixtures.py beside them says how. */
final class Fixtures {
  /** All that must be readable. */
  static final List<String> READABLE =
      List.of(
          "expected.safetensors",
          "exported.onnx",
          "module_state_expected.safetensors",
          "module_state_zip.pth",
          "nested_zip.pth",
          "plain_legacy.pth",
          "plain_legacy.pth.zip",
          "plain_zip.pth",
          "plain_zip.pth.zip",
          "plain_zip_protocol4.pth",
          "raw.onnx",
          "training_legacy.pth",
          "training_zip.pth",
          "typed.onnx");

  private Fixtures() {}

  static byte[] bytes(String name) {
    try (InputStream in = Fixtures.class.getResourceAsStream("real/" + name)) {
      assertNotNull(in, name);
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static TensorFile open(String name) {
    return WeightFiles.read(name, bytes(name));
  }

  /** Asserts equal type, shape and bytes. */
  static void assertSame(NamedTensor expected, NamedTensor actual, String label) {
    assertEquals(expected.type(), actual.type(), label);
    assertArrayEquals(expected.shape(), actual.shape(), label);
    assertArrayEquals(expected.toBytes(), actual.toBytes(), label);
  }

  /** Reads every element of every tensor. */
  static void readAll(TensorFile file) {
    for (NamedTensor t : file.tensors()) {
      assertEquals(t.size(), t.toFloats().length, t.name());
    }
  }
}
