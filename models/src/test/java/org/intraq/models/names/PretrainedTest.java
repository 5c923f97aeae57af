package org.intraq.models.names;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.intraq.models.data.Preprocessing;
import org.intraq.models.file.ElementType;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFileException;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.zoo.Architecture;
import org.intraq.models.zoo.CifarResNet;
import org.intraq.models.zoo.CifarResNet.Shortcut;
import org.intraq.models.zoo.Settings;
import org.intraq.models.zoo.Zoo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PretrainedTest {
  @TempDir Path folder;

  /** Tensors of a network, each filled with its own number, under names of some convention. */
  private static List<NamedTensor> tensors(Architecture architecture, UnaryOperator<String> name) {
    List<NamedTensor> tensors = new ArrayList<>();
    architecture
        .build("any")
        .tensors()
        .forEach(
            (tensor, shape) -> {
              int size = 1;
              for (int extent : shape) {
                size *= extent;
              }
              float[] values = new float[size];
              java.util.Arrays.fill(values, tensors.size() + 1);
              tensors.add(NamedTensor.ofFloats(name.apply(tensor), values, shape));
            });
    return tensors;
  }

  private static TensorFile file(List<NamedTensor> tensors, Map<String, String> metadata) {
    return WeightFiles.read("test.safetensors", SafetensorsWriter.toBytes(tensors, metadata));
  }

  /** Every convention, every network: found as exactly itself, tensors at their places. */
  @Test
  void everyConventionFindsEveryNetwork() {
    for (NameTable table : NameTables.ALL) {
      for (Architecture candidate : table.candidates()) {
        Architecture architecture = candidate.with(candidate.settings().withClasses(7));
        if (architecture.baseName().equals("resnet50") && table instanceof PytorchcvNames) {
          continue; // resnet50 and resnet50b have the same names and shapes
        }
        List<NamedTensor> tensors =
            tensors(architecture, t -> "module." + table.fileName(architecture, t));
        tensors.add(NamedTensor.ofLongs("module.x.num_batches_tracked", new long[1]));
        Pretrained got = Pretrained.load(file(tensors, Map.of()), null);
        assertEquals(architecture, got.architecture(), table.origin());
        assertEquals(table.origin(), got.origin());
        assertEquals(table.preprocessing(architecture), got.preprocessing());
        int i = 1;
        for (String tensor : got.network().tensors().keySet()) {
          assertEquals(i++, got.weights().get(tensor).values()[0], tensor);
        }
      }
    }
  }

  @Test
  void parameterFreeShortcutsUnderTheUsualName() {
    Architecture free = new CifarResNet(20, Shortcut.PARAMETER_FREE, Settings.cifar(10));
    Pretrained got =
        Pretrained.load(
            file(tensors(free, t -> CifarRepositoryNames.LINEAR.fileName(free, t)), Map.of()),
            "resnet20_cifar10");
    assertEquals(free, got.architecture());
    assertEquals("resnet20_cifar10", got.network().name());
    assertEquals(Preprocessing.CIFAR, got.preprocessing());
  }

  /** The repository of the names 'fc' and 'downsample' normalises by each data set's figures. */
  @Test
  void hundredClassesHaveTheirOwnFigures() {
    Architecture hundred =
        new CifarResNet(20, CifarResNet.Shortcut.PROJECTION, Settings.cifar(100));
    Pretrained got =
        Pretrained.load(
            file(tensors(hundred, t -> CifarRepositoryNames.FC.fileName(hundred, t)), Map.of()),
            null);
    assertEquals(List.of(0.507, 0.4865, 0.4409), got.preprocessing().mean());
  }

  @Test
  void theRegistryDecidesWhatShapesDoNotShow() {
    Architecture b = Zoo.get("resnet50b").architecture();
    TensorFile file = file(tensors(b, t -> t), Map.of());
    assertEquals(b, Pretrained.load(file, "resnet50b").architecture());
    assertEquals(Zoo.get("resnet50").architecture(), Pretrained.load(file, null).architecture());
    assertEquals(List.of("resnet50b"), Pretrained.alike(file));
    for (String sure : List.of("resnet20_cifar10", "resnet18", "mobilenetv2_w1")) {
      TensorFile other = file(tensors(Zoo.get(sure).architecture(), t -> t), Map.of());
      assertEquals(List.of(), Pretrained.alike(other), sure);
    }
  }

  /** A network of such values answers NaN, or the same class to everything, without a word. */
  @ParameterizedTest
  @CsvSource({
    "output.weight, NaN, NaN",
    "output.weight, -Infinity, -Infinity",
    "features.init_block.bn.running_var, -0.25, a variance of -0.25"
  })
  void refusesValuesThatNothingCanBeComputedWith(String name, float value, String reason) {
    Architecture a = Zoo.get("resnet20_cifar10").architecture();
    List<NamedTensor> tensors = tensors(a, t -> t);
    tensors.replaceAll(
        t -> {
          float[] values = t.toFloats();
          values[values.length - 1] = t.name().equals(name) ? value : values[values.length - 1];
          return NamedTensor.ofFloats(t.name(), values, t.shape());
        });
    WeightFileException e =
        assertThrows(
            WeightFileException.class, () -> Pretrained.load(file(tensors, Map.of()), null));
    String start = "test.safetensors: tensor '" + name + "' holds " + reason + ", which";
    assertTrue(e.getMessage().startsWith(start), e.getMessage());
  }

  /** Codes without what they stand for: read as numbers, the network would be wrong, silently. */
  @Test
  void refusesWholeNumbersForWeights() {
    List<NamedTensor> tensors = tensors(Zoo.get("resnet20_cifar10").architecture(), t -> t);
    tensors.replaceAll(
        t ->
            t.name().equals("output.weight")
                ? NamedTensor.ofBytes(t.name(), ElementType.I8, new byte[640], 10, 64)
                : t);
    WeightFileException e =
        assertThrows(
            WeightFileException.class, () -> Pretrained.load(file(tensors, Map.of()), null));
    assertTrue(e.getMessage().contains("'output.weight' holds whole numbers (I8)"), e.getMessage());
  }

  @Test
  void listsEverythingThatDoesNotFit() {
    Architecture a = Zoo.get("resnet20_cifar10").architecture();
    List<NamedTensor> tensors = tensors(a, t -> t);
    NamedTensor dropped = tensors.remove(5);
    NamedTensor alsoDropped = tensors.remove(9);
    NamedTensor wrong = tensors.remove(0);
    tensors.add(NamedTensor.ofFloats(wrong.name(), new float[16 * 3], 16, 3, 1, 1));
    tensors.add(NamedTensor.ofFloats("extra\u001b.weight", new float[1], 1));
    MisfitException e =
        assertThrows(MisfitException.class, () -> Pretrained.load(file(tensors, Map.of()), null));
    assertEquals(List.of(dropped.name(), alsoDropped.name()), e.missing());
    assertEquals(List.of("'extra\\u001B.weight'"), e.surplus());
    assertEquals(
        List.of(wrong.name() + ": expected [16, 3, 3, 3], got [16, 3, 1, 1]"), e.misshapen());
    assertTrue(e.getMessage().contains(alsoDropped.name()));
    assertEquals(1, e.getMessage().lines().count());
  }

  @Test
  void anotherNetworkOrClassCountIsNamed() {
    Architecture a = Zoo.get("resnet20_cifar10").architecture();
    TensorFile file = file(tensors(a, t -> t), Map.of());
    for (String asked : List.of("resnet20_cifar100", "resnet32_cifar10", "mobilenet_w1")) {
      WeightFileException e =
          assertThrows(WeightFileException.class, () -> Pretrained.load(file, asked));
      assertTrue(e.getMessage().contains("resnet20_cifar10 (10 classes)"), e.getMessage());
      assertTrue(e.getMessage().contains(asked), e.getMessage());
    }
  }

  @Test
  void foreignNamesAreRefused() {
    TensorFile file = file(List.of(NamedTensor.ofFloats("a.b", new float[2], 2)), Map.of());
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> Pretrained.load(file, null));
    assertTrue(e.getMessage().contains("'a.b'"), e.getMessage());
    assertTrue(Pretrained.identify(file).isEmpty());
  }

  @Test
  void savedFilesCarryVariantAndPreprocessing() {
    Architecture keras = new KerasMobileNetV1Names().candidates().get(3);
    NameTable table = new KerasMobileNetV1Names();
    Pretrained loaded =
        Pretrained.load(file(tensors(keras, t -> table.fileName(keras, t)), Map.of()), null);
    Path file = folder.resolve("saved.safetensors");
    loaded.save(file, Map.of("accuracy", "0.5"));
    Pretrained again = Pretrained.load(file);
    assertEquals(keras, again.architecture());
    assertEquals("mobilenet_wd4", again.network().name());
    assertEquals(Preprocessing.KERAS_MOBILENET, again.preprocessing());
    assertEquals("0.5", again.metadata().get("accuracy"));
    assertArrayEquals(
        loaded.weights().get("output.weight").values(),
        again.weights().get("output.weight").values());
    assertEquals(keras, Pretrained.load(file, "mobilenet_wd4").architecture());
  }

  @Test
  void metadataThatLiesIsRefused() {
    Architecture a = Zoo.get("resnet20_cifar10").architecture();
    for (String lie :
        List.of(
            "unknown depth=1",
            "cifar_resnet depth=21 shortcut=projection size=32 channels=3 classes=10 padding=same eps=1e-5",
            a.text().replace("size=32", "size=99999999"),
            a.text() + " more=1",
            a.text().replace("eps=1.0E-5", "eps=0"))) {
      TensorFile file =
          file(
              tensors(a, t -> t),
              Map.of(Pretrained.NETWORK_KEY, "resnet20_cifar10", Architecture.METADATA_KEY, lie));
      assertThrows(WeightFileException.class, () -> Pretrained.load(file, null), lie);
    }
    TensorFile file =
        file(tensors(a, t -> t), Map.of(Preprocessing.METADATA_KEY, "size=32 colour=red"));
    WeightFileException e =
        assertThrows(WeightFileException.class, () -> Pretrained.load(file, null));
    assertTrue(e.getMessage().startsWith("test.safetensors"), e.getMessage());
  }

  /** Other programs write {@code architecture: resnet18}. */
  @Test
  void metadataOfOtherProgramsIsNoArchitectureOfOurs() {
    Architecture a = Zoo.get("resnet20_cifar10").architecture();
    TensorFile file = file(tensors(a, t -> t), Map.of(Architecture.METADATA_KEY, "resnet20"));
    assertEquals(a, Pretrained.load(file, null).architecture());
    assertTrue(Pretrained.nearMiss(file).isEmpty());
  }

  @Test
  void aNearMissIsNamed() {
    Architecture a = Zoo.get("resnet20_cifar10").architecture();
    List<NamedTensor> tensors = new ArrayList<>(tensors(a, t -> t));
    String lost = tensors.removeLast().name();
    TensorFile file = file(tensors, Map.of());
    assertTrue(Pretrained.identify(file).isEmpty());
    assertTrue(Pretrained.nearMiss(file).orElseThrow().missing().contains(lost), lost);
  }
}
