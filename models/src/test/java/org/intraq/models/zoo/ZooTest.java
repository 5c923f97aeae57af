package org.intraq.models.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.intraq.models.net.Network;
import org.intraq.models.net.Node;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ZooTest {
  /** Parameter counts, running statistics left out, as the papers and pytorchcv publish them. */
  @ParameterizedTest
  @CsvSource({
    "resnet20_cifar10, 272474",
    "resnet20a_cifar10, 269722",
    "resnet32a_cifar10, 464154",
    "resnet44a_cifar10, 658586",
    "resnet56a_cifar10, 853018",
    "resnet18, 11689512",
    "resnet34, 21797672",
    "resnet50, 25557032",
    "mobilenet_w1, 4231976",
    "mobilenet_w3d4, 2585560",
    "mobilenet_wd2, 1331592",
    "mobilenet_wd4, 470072",
    "mobilenetv2_w1, 3504960",
    "mobilenetv2_w3d4, 2627592",
    "mobilenetv2_wd2, 1964736",
    "mobilenetv2_wd4, 1516392",
  })
  void parameterCounts(String name, long expected) {
    assertEquals(expected, parameters(Zoo.get(name).network()));
  }

  @Test
  void torchvisionsMobileNetV2HasThePapersParameters() {
    assertEquals(3504872, parameters(MobileNetV2.torchvision(1).build("any")));
  }

  private static long parameters(Network network) {
    long sum = 0;
    for (var entry : network.tensors().entrySet()) {
      if (!entry.getKey().contains(".running_")) {
        long size = 1;
        for (int extent : entry.getValue()) {
          size *= extent;
        }
        sum += size;
      }
    }
    return sum;
  }

  @Test
  void textFormsReadBack() {
    for (String name : Zoo.names()) {
      Architecture a = Zoo.get(name).architecture();
      assertEquals(a, Architecture.parse(a.text()), name);
      assertTrue(name.startsWith(a.baseName().substring(0, 8)), name);
    }
    Architecture keras = MobileNetV1.keras(0.75);
    assertEquals(keras, Architecture.parse(keras.text()));
  }

  /** Names are distinct and every node reads only what stands before it. */
  @Test
  void nodesAreInExecutionOrder() {
    for (String name : Zoo.names()) {
      java.util.Set<String> seen = new java.util.HashSet<>();
      for (Node node : Zoo.get(name).network().nodes()) {
        node.inputs().forEach(in -> assertTrue(seen.contains(in.name()), node.name()));
        assertTrue(seen.add(node.name()), node.name());
      }
    }
  }

  /** TensorFlow pads an even image at the bottom and right only. */
  @Test
  void paddingConventions() {
    Node.Conv same = MobileNetV1.keras(1).build("any").all(Node.Conv.class).getFirst();
    assertEquals(0, same.geometry().padTop());
    assertEquals(1, same.geometry().padBottom());
    Node.Conv symmetric = MobileNetV1.torch(1).build("any").all(Node.Conv.class).getFirst();
    assertEquals(1, symmetric.geometry().padTop());
    assertEquals(1, symmetric.geometry().padBottom());
    assertEquals(112, same.geometry().outH());
    assertEquals(112, symmetric.geometry().outH());
  }

  @Test
  void unknownNamesListTheKnown() {
    IllegalArgumentException e =
        assertThrows(IllegalArgumentException.class, () -> Zoo.get("resnet21"));
    assertTrue(e.getMessage().contains("resnet20_cifar10"), e.getMessage());
  }
}
