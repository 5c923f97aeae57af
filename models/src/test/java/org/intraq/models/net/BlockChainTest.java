package org.intraq.models.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.intraq.autograd.Tape;
import org.intraq.autograd.Variable;
import org.intraq.models.train.Initializer;
import org.intraq.models.zoo.Zoo;
import org.intraq.tensor.cpu.CpuBackend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Inference by chains of blocks is the same as block by block. */
class BlockChainTest {
  private static Map<String, BlockChain> chains(Network network) {
    Map<String, Integer> readers = new HashMap<>();
    for (Node node : network.nodes()) {
      node.inputs().forEach(input -> readers.merge(input.name(), 1, Integer::sum));
    }
    return BlockChain.find(FusedBlock.find(network, true), readers);
  }

  /**
   * A MobileNetV2 unit is a chain; of MobileNetV1's 13 units every other one, from the third on.
   */
  @ParameterizedTest
  @CsvSource({
    "mobilenetv2_wd4, 17",
    "mobilenet_wd4, 6",
    "resnet18, 0",
    "resnet20_cifar10, 0",
  })
  void areWhatMobileNetsAreMadeOf(String name, int count) {
    var chains = chains(Zoo.get(name).network());
    assertEquals(count, chains.size());
    Set<String> seen = new HashSet<>();
    for (BlockChain chain : chains.values()) {
      assertEquals(3, chain.blocks().size());
      assertTrue(chain.blocks().get(1).conv().geometry().isDepthwise());
      chain.blocks().forEach(block -> assertTrue(seen.add(block.last().name()), "in two chains"));
    }
  }

  /** A pass that records keeps what lies between the blocks, and so takes no chains. */
  @ParameterizedTest
  @CsvSource({"mobilenetv2_wd4, 1, 2", "mobilenet_wd4, 3, 1"})
  void giveTheBitsOfAPassThatRecords(String name, int images, int threads) {
    Network network = Zoo.get(name).network();
    Node.Input in = network.input();
    SplittableRandom random = new SplittableRandom(7);
    float[] pixels = new float[images * in.h() * in.w() * in.c()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (float) (2 * random.nextDouble() - 1);
    }
    try (CpuBackend backend = new CpuBackend(threads)) {
      try (Parameters parameters =
              new Parameters(backend, network, Initializer.initialize(network, 3), false);
          Tape tape = new Tape(backend)) {
        var x = tape.scope().of(pixels, images, in.h(), in.w(), in.c());
        var recorded =
            Forward.run(tape, parameters, Variable.constant(x), Forward.Mode.EVALUATE, Hooks.NONE);
        assertArrayEquals(
            backend.memory().toArray(recorded.logits().value()),
            Forward.logits(parameters, pixels, images));
      }
      assertEquals(0, backend.memory().liveStorages(), "leaked storages");
    }
  }
}
