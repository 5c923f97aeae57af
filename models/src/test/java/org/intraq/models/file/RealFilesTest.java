package org.intraq.models.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Files that PyTorch and ONNX themselves wrote, against the bytes that went in. */
class RealFilesTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "plain_zip.pth",
        "plain_legacy.pth",
        "plain_zip_protocol4.pth",
        "plain_zip.pth.zip",
        "plain_legacy.pth.zip",
        "training_zip.pth",
        "training_legacy.pth"
      })
  void checkpointsHoldWhatWasSaved(String name) throws IOException {
    // From a real file, since that is read in other pieces than an array.
    Path file = folder.resolve(name);
    Files.write(file, Fixtures.bytes(name));
    TensorFile actual = WeightFiles.open(file);
    TensorFile expected = Fixtures.open("expected.safetensors");
    assertEquals(List.copyOf(expected.byName().keySet()), List.copyOf(actual.byName().keySet()));
    for (NamedTensor t : expected.tensors()) {
      Fixtures.assertSame(t, actual.tensor(t.name()), name + " " + t.name());
    }
    assertEquals(
        name.contains("legacy") ? WeightFormat.PYTORCH_LEGACY : WeightFormat.PYTORCH_ZIP,
        actual.format());
  }

  @Test
  void scalarsBesideTheWeightsBecomeMetadata() {
    for (String name : List.of("training_zip.pth", "training_legacy.pth")) {
      assertEquals(
          Map.of(
              "epoch", "164",
              "arch", "tiny",
              "best_acc", "93.25",
              "wrapper", "state_dict",
              "prefix", "module."),
          Fixtures.open(name).metadata());
    }
  }

  @Test
  void stateDictOfAModule() {
    TensorFile expected = Fixtures.open("module_state_expected.safetensors");
    TensorFile actual = Fixtures.open("module_state_zip.pth");
    assertEquals(expected.byName().keySet(), actual.byName().keySet());
    for (NamedTensor t : expected.tensors()) {
      Fixtures.assertSame(t, actual.tensor(t.name()), t.name());
    }
    TensorFile onnx = Fixtures.open("exported.onnx");
    assertEquals(6, onnx.tensors().size());
    for (NamedTensor t : onnx.tensors()) {
      Fixtures.assertSame(expected.tensor(t.name()), t, t.name());
    }
  }

  @Test
  void nestedContainersBecomeDottedNames() {
    TensorFile expected = Fixtures.open("expected.safetensors");
    TensorFile nested = Fixtures.open("nested_zip.pth");
    assertEquals(List.of("a.0", "a.1", "b.c.0"), List.copyOf(nested.byName().keySet()));
    Fixtures.assertSame(expected.tensor("f32"), nested.tensor("a.0"), "a.0");
    Fixtures.assertSame(expected.tensor("i8"), nested.tensor("a.1"), "a.1");
    Fixtures.assertSame(expected.tensor("f64"), nested.tensor("b.c.0"), "b.c.0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"raw.onnx", "typed.onnx"})
  void initializersHoldWhatWasSaved(String name) {
    TensorFile expected = Fixtures.open("expected.safetensors");
    TensorFile onnx = Fixtures.open(name);
    assertEquals(12, onnx.tensors().size());
    for (NamedTensor t : onnx.tensors()) {
      Fixtures.assertSame(expected.tensor(t.name()), t, name + " " + t.name());
    }
    assertEquals("make_fixtures", onnx.metadata().get("producer_name"));
    assertEquals("tiny", onnx.metadata().get("graph"));
    assertEquals("made by hand", onnx.metadata().get("note"));
    assertEquals("17", onnx.metadata().get("opset"));
  }

  @Test
  void aPickledModuleIsRefusedByName() {
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> Fixtures.open("refused_whole_module.pth"));
    assertTrue(
        e.getMessage().contains("asks for 'torch.nn.modules.container.Sequential'"),
        e.getMessage());
  }

  @Test
  void theLegacyResNetHoldsTheSameTensorsAsTheSafetensorsFile() {
    TensorFile legacy = WeightFiles.open(SharedWeights.file("weights/resnet20-12fca82f.th"));
    TensorFile other =
        WeightFiles.open(SharedWeights.file("weights/resnet20_cifar10_akamaster.safetensors"));
    assertEquals(WeightFormat.PYTORCH_LEGACY, legacy.format());
    assertEquals(other.byName().keySet(), legacy.byName().keySet());
    for (NamedTensor t : other.tensors()) {
      Fixtures.assertSame(t, legacy.tensor(t.name()), t.name());
    }
    assertEquals("module.", legacy.metadata().get("prefix"));
    assertEquals(91.78, Double.parseDouble(legacy.metadata().get("best_prec1")), 1e-5);
  }

  @ParameterizedTest
  @CsvSource({"a.pth,plain_zip.pth", "b.th,plain_legacy.pth", "c.onnx,raw.onnx"})
  void readersOfOneFormatReadFiles(String as, String name) throws IOException {
    Path file = folder.resolve(as);
    Files.write(file, Fixtures.bytes(name));
    TensorFile read =
        name.endsWith("onnx")
            ? OnnxInitializerReader.read(file)
            : PyTorchCheckpointReader.read(file);
    assertEquals(Fixtures.open(name).byName().keySet(), read.byName().keySet());
  }
}
