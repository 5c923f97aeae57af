package org.intraq.models.names;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.intraq.models.Golden;
import org.intraq.models.Observed;
import org.intraq.models.file.NamedTensor;
import org.intraq.models.file.SafetensorsWriter;
import org.intraq.models.file.TensorFile;
import org.intraq.models.file.WeightFiles;
import org.intraq.models.net.Node;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.Device;
import org.intraq.tensor.backend.Backend;
import org.intraq.tensor.backend.Devices;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Names, shapes, structure and arithmetic of the networks against PyTorch's. */
class GoldenNetworksTest {
  private static final double LIMIT = 1e-4;
  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Devices.open(Device.CPU, 0);
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet20_cifar10",
        "resnet20_cifar100",
        "resnet18",
        "resnet50",
        "mobilenet_w1",
        "mobilenetv2_w1"
      })
  void sixNetworksWithFormulaWeights(String name) {
    Map<String, NamedTensor> tensors = Golden.formulaWeights(name);
    TensorFile file = WeightFiles.read(name, SafetensorsWriter.toBytes(tensors.values(), Map.of()));
    Pretrained pretrained = Pretrained.load(file, null);
    assertEquals(name, pretrained.network().name());
    assertEquals(Zoo.get(name).architecture(), pretrained.architecture());
    assertEquals(Zoo.get(name).preprocessing(), pretrained.preprocessing());

    var in = pretrained.network().input();
    int hw = in.h() * in.w();
    double[] r = Golden.formula(Golden.INPUT, 2 * 3 * hw);
    float[] images = new float[r.length];
    for (int i = 0; i < r.length; i++) {
      images[i] = (float) (4 * r[i]);
    }
    Observed got =
        Observed.run(
            backend,
            pretrained.network(),
            pretrained.weights(),
            Golden.toNhwc(images, 2, 3, hw),
            2);
    TensorFile golden = Golden.resource("nets.safetensors");
    Golden.assertClose("logits", golden.tensor(name + ".logits").toFloats(), got.logits(), LIMIT);
    Golden.assertClose(
        "features", golden.tensor(name + ".features").toFloats(), got.features(), LIMIT);
    String prefix = name + ".bn_input_mean_var.";
    int statistics = 0;
    for (NamedTensor expected : golden.tensors()) {
      if (expected.name().startsWith(prefix)) {
        String node = expected.name().substring(prefix.length());
        float[] both = expected.toFloats();
        int c = both.length / 2;
        for (int row = 0; row < 2; row++) {
          float[] wanted = java.util.Arrays.copyOfRange(both, row * c, (row + 1) * c);
          Golden.assertClose(node + " " + row, wanted, got.moment(node, row), LIMIT);
        }
        statistics++;
      }
    }
    assertTrue(statistics >= 3, "statistics: " + statistics);
  }

  /** The checkpoint's order, names and shapes; a classifier may be stored as a 1x1 convolution. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "resnet20_cifar10",
        "resnet20_cifar100",
        "resnet18",
        "resnet50",
        "mobilenet_w1",
        "mobilenetv2_w1"
      })
  void namesAndShapesInCheckpointOrder(String name) {
    Map<String, int[]> expected = Golden.checkpoint(name);
    expected.keySet().removeIf(n -> n.endsWith("num_batches_tracked"));
    Map<String, int[]> got = Zoo.get(name).network().tensors();
    assertEquals(new ArrayList<>(expected.keySet()), new ArrayList<>(got.keySet()));
    expected.forEach(
        (tensor, shape) -> {
          int[] bare = tensor.equals("output.weight") ? new int[] {shape[0], shape[1]} : shape;
          assertArrayEquals(bare, got.get(tensor), tensor);
        });
  }

  @Test
  void resnet20OnRealImages() {
    Pretrained pretrained =
        Pretrained.load(
            Golden.shared("weights/resnet20_cifar10_akamaster.safetensors"), "resnet20_cifar10");
    TensorFile golden = WeightFiles.open(Golden.shared("golden/resnet20_forward.safetensors"));
    float[] images = Golden.toNhwc(golden.tensor("input").toFloats(), 32, 3, 32 * 32);
    Observed got = Observed.run(backend, pretrained.network(), pretrained.weights(), images, 32);
    Golden.assertClose("logits", golden.tensor("logits").toFloats(), got.logits(), LIMIT);
    Golden.assertClose("features", golden.tensor("features").toFloats(), got.features(), LIMIT);
    List<Node.BatchNorm> layers = pretrained.network().all(Node.BatchNorm.class);
    assertEquals(19, layers.size());
    for (Node.BatchNorm layer : layers) {
      String theirs = CifarRepositoryNames.LINEAR.prefix(pretrained.architecture(), layer.name());
      Golden.assertClose(
          layer.name() + " mean",
          golden.tensor("bn_input_mean." + theirs).toFloats(),
          got.moment(layer.name(), 0),
          LIMIT);
      Golden.assertClose(
          layer.name() + " variance",
          golden.tensor("bn_input_var." + theirs).toFloats(),
          got.moment(layer.name(), 1),
          LIMIT);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mobilenet_v1_0.75 mobilenet_v1_0.75_224_imagenet mobilenet_w3d4",
        "mobilenet_v2_1.0 mobilenet_v2_1.0_224_imagenet_merged mobilenetv2_w1"
      })
  void mobileNetsOnRealPhotos(String text) {
    String[] names = text.split(" ");
    Pretrained pretrained = Pretrained.load(Golden.shared("weights/" + names[1] + ".safetensors"));
    assertEquals(names[2], pretrained.network().name());
    TensorFile golden = WeightFiles.open(Golden.shared("golden/photos.safetensors"));
    float[] pixels = golden.tensor("first8_u8").toFloats();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = pixels[i] / 127.5f - 1f;
    }
    float[] images = Golden.toNhwc(pixels, 8, 3, 224 * 224);
    Observed got = Observed.run(backend, pretrained.network(), pretrained.weights(), images, 8);
    Golden.assertClose(
        "logits", golden.tensor(names[0] + ".logits_first8").toFloats(), got.logits(), LIMIT);
  }
}
